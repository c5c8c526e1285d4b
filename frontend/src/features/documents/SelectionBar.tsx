// What can be done to the documents that are selected.
import { useMay } from "../../app/services";
import { Button } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { useDocumentActions } from "../../library/actions";
import { Failures } from "../../library/Failures";
import { useMany } from "../../library/useMany";
import { many } from "../../words/number";
import type { Row } from "./rows";

interface Props {
  chosen: Row[];
  onMove(documents: Row[]): void;
  onEditMetadata(documents: Row[]): void;
  onDelete(documents: Row[]): void;
  onClear(): void;
}

export function SelectionBar({ chosen, onMove, onEditMetadata, onDelete, onClear }: Props) {
  const mayWrite = useMay("write");
  const { retry } = useDocumentActions();
  const notice = useNotice();
  const retrying = useMany();
  const failed = chosen.filter((row) => row.status === "failed");
  const there = chosen.filter((row) => row.operation !== "DELETE");
  const retryAll = async () => {
    const { done } = await retrying.run(failed, retry);
    if (done.length > 0) notice(`${many(done.length, "document")} sent again`);
  };
  return (
    <div className="border-b border-line bg-accent-tint px-4 py-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <span className="mr-2 font-medium" role="status">
          {many(chosen.length, "document")} selected
        </span>
        {mayWrite && (
          <>
            <Button icon="move" disabled={there.length === 0} onClick={() => onMove(there)}>
              Move
            </Button>
            <Button icon="edit" disabled={there.length === 0} onClick={() => onEditMetadata(there)}>
              Edit metadata
            </Button>
            {failed.length > 0 && (
              <Button icon="retry" busy={retrying.over !== null} onClick={() => void retryAll()}>
                {retrying.over === null ? `Retry ${failed.length}` : `${retrying.over} of ${failed.length} sent again`}
              </Button>
            )}
            <Button icon="trash" look="danger" disabled={there.length === 0} onClick={() => onDelete(there)}>
              Delete
            </Button>
          </>
        )}
        <Button look="quiet" onClick={onClear}>
          Clear
        </Button>
      </div>
      <Failures failed={retrying.failed} />
    </div>
  );
}
