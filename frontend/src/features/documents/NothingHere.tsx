import { Link } from "wouter";
import { Empty } from "../../design/States";
import { addressOf, FIRST, isOfNoFolder, type View } from "../../library/view";

export function NothingHere({ view }: { view: View }) {
  const narrowed = view.status !== null || view.title !== "";
  if (!narrowed && view.folder === FIRST.folder) {
    return (
      <Empty icon="documents" title="There are no documents yet">
        Send some, and they are here a moment later: with the command <code>bloomweaver ingest</code>, or from your own
        system with <code>POST /webhook</code>.
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
