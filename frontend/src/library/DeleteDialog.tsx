import { Button } from "../design/Button";
import { Dialog, DialogActions } from "../design/Dialog";
import { useNotice } from "../design/Notices";
import { many } from "../words/number";
import { type Shown, useDocumentActions } from "./actions";
import { Failures } from "./Failures";
import { useMany } from "./useMany";

interface Props {
  documents: readonly Shown[];
  onClose(): void;
  onDone?(): void;
}

export function DeleteDialog({ documents, onClose, onDone }: Props) {
  const { remove } = useDocumentActions();
  const notice = useNotice();
  const work = useMany();
  const left = work.failed.length > 0 ? work.failed.map(({ item }) => item) : documents;
  const start = async () => {
    const { done, failed } = await work.run(left, remove);
    if (done.length > 0) notice(`${many(done.length, "document")} deleted`);
    if (failed.length > 0) return;
    onClose();
    onDone?.();
  };
  const [first] = documents;
  return (
    <Dialog
      title={documents.length === 1 ? "Delete this document?" : `Delete ${many(documents.length, "document")}?`}
      onClose={onClose}
    >
      {documents.length === 1 && first && (
        <p className="mb-2 font-medium break-words">{first.title ?? first.doc_hash}</p>
      )}
      <p>
        {documents.length === 1
          ? "From now on no search shows anything of it. Its passages, backups and content are removed within a moment. It cannot be brought back; its id and the numbers of its versions stay."
          : "From now on no search shows anything of them. Their passages, backups and contents are removed within a moment. They cannot be brought back; their ids and the numbers of their versions stay."}
      </p>
      <Failures failed={work.failed} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" icon="trash" busy={work.over !== null} onClick={() => void start()}>
          {work.over === null ? "Delete" : `${work.over} of ${left.length} deleted`}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
