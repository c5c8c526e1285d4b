// Folders with their numbers of documents. What is below a folder is asked for when it is opened.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { useServices } from "../../app/services";
import { classes } from "../../design/classes";
import { Icon } from "../../design/Icon";
import { folderName, isIn, ROOT } from "../../library/folderPath";
import { foldersIn } from "../../library/folders";
import { addressOf, isOfNoFolder, type View } from "../../library/view";
import { count } from "../../words/number";
import { inWords } from "../../words/problems";

interface Props {
  view: View;
  onNavigate(): void;
}

export function FolderTree({ view, onNavigate }: Props) {
  const { api } = useServices();
  const { data } = useQuery(foldersIn(api, ROOT));
  return (
    <ul>
      <li>
        <FolderLink view={view} folder={ROOT} documents={data?.documents} onNavigate={onNavigate} />
        <Below view={view} folder={ROOT} onNavigate={onNavigate} />
      </li>
    </ul>
  );
}

function Below({ view, folder, onNavigate }: Props & { folder: string }) {
  const { api } = useServices();
  const { data, error, isPending } = useQuery(foldersIn(api, folder));
  if (isPending) return <p className="px-3 py-1 text-sm text-soft">Loading</p>;
  if (error !== null) return <p className="px-3 py-1 text-sm text-bad">{inWords(error).what}</p>;
  return (
    <ul className={folder === ROOT ? "" : "ml-3 border-l border-line pl-1"}>
      {data.folders.map((each) => (
        <Folder key={each.folder} view={view} folder={each.folder} documents={each.documents} onNavigate={onNavigate} />
      ))}
      {data.next_cursor !== null && (
        <li className="px-3 py-1 text-sm text-soft">Only the first {count(data.folders.length)} are shown</li>
      )}
    </ul>
  );
}

function Folder({ view, folder, documents, onNavigate }: Props & { folder: string; documents: number }) {
  const leads = !isOfNoFolder(view) && isIn(view.folder, folder) && view.folder !== folder;
  const [opened, setOpened] = useState<boolean | null>(null);
  const open = opened ?? leads;
  return (
    <li>
      <div className="flex items-center">
        <button
          type="button"
          aria-expanded={open}
          aria-label={`Folders in ${folderName(folder)}`}
          className="flex size-7 shrink-0 items-center justify-center rounded hover:bg-sunk"
          onClick={() => setOpened(!open)}
        >
          <Icon name="chevron" className={classes("size-4 transition-transform", open && "rotate-90")} />
        </button>
        <FolderLink view={view} folder={folder} documents={documents} onNavigate={onNavigate} />
      </div>
      {open && <Below view={view} folder={folder} onNavigate={onNavigate} />}
    </li>
  );
}

function FolderLink({
  view,
  folder,
  documents,
  onNavigate,
}: Props & { folder: string; documents: number | undefined }) {
  const here = view.folder === folder && !isOfNoFolder(view);
  return (
    <Link
      href={addressOf({ ...view, folder, status: isOfNoFolder(view) ? null : view.status })}
      onClick={onNavigate}
      aria-current={here ? "true" : undefined}
      className={classes(
        "flex min-h-8 min-w-0 flex-1 items-center gap-2 rounded-lg px-2",
        here ? "bg-accent-tint font-medium text-accent" : "hover:bg-sunk",
      )}
    >
      <span className="min-w-0 flex-1 truncate" title={folder}>
        {folderName(folder)}
      </span>
      {documents !== undefined && <span className="text-sm text-soft tabular-nums">{count(documents)}</span>}
    </Link>
  );
}
