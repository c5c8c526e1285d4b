import { Link } from "wouter";
import { Icon } from "../../design/Icon";
import { folderName, withHolders } from "../../library/folderPath";
import { addressOf, isOfNoFolder, type View } from "../../library/view";
import { STATUS } from "../../words/status";

export function Breadcrumbs({ view }: { view: View }) {
  if (view.status !== null && isOfNoFolder(view)) {
    return <h1 className="text-xl font-semibold">{STATUS[view.status].label}</h1>;
  }
  const folders = withHolders(view.folder);
  return (
    <nav aria-label="Folder" className="flex min-w-0 flex-wrap items-center gap-1">
      {folders.slice(0, -1).map((folder) => (
        <span key={folder} className="flex min-w-0 items-center gap-1">
          <Link
            href={addressOf({ ...view, folder })}
            className="max-w-48 truncate rounded text-soft hover:text-ink hover:underline"
          >
            {folderName(folder)}
          </Link>
          <Icon name="chevron" className="size-4 text-soft" />
        </span>
      ))}
      <h1 className="min-w-0 text-xl font-semibold break-words">{folderName(view.folder)}</h1>
    </nav>
  );
}
