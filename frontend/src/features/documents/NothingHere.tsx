import { Link } from "wouter";
import { useMay } from "../../app/services";
import { Empty } from "../../design/States";
import { addressOf, FIRST, isOfNoFolder, type View } from "../../library/view";

export function NothingHere({ view }: { view: View }) {
  const mayWrite = useMay("write");
  const narrowed = view.status !== null || view.title !== "";
  if (!narrowed && view.folder === FIRST.folder) {
    return (
      <Empty icon="documents" title="There are no documents yet">
        Send some, and they are here a moment later: with the command <code>bloomweaver ingest</code>, or from your own
        system with <code>POST /webhook</code>.
        {mayWrite && (
          <p className="mt-2">
            <Link href="/upload" className="text-accent underline">
              Upload files here
            </Link>
          </p>
        )}
      </Empty>
    );
  }
  return (
    <Empty icon="folder" title={isOfNoFolder(view) || narrowed ? "No document matches" : "This folder is empty"}>
      <Link href={addressOf(FIRST)} className="text-accent underline">
        Show all documents
      </Link>
    </Empty>
  );
}
