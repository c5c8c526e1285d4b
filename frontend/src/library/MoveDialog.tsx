import { useState } from "react";
import { Button } from "../design/Button";
import { Dialog, DialogActions } from "../design/Dialog";
import { CONTROL, Field } from "../design/Field";
import { useNotice } from "../design/Notices";
import { many } from "../words/number";
import { type Shown, useDocumentActions } from "./actions";
import { Failures } from "./Failures";
import { FolderSuggestions } from "./FolderSuggestions";
import { typedFolder } from "./folderPath";
import { useMany } from "./useMany";

interface Props {
  documents: readonly Shown[];
  onClose(): void;
  onDone?(): void;
}

export function MoveDialog({ documents, onClose, onDone }: Props) {
  const { move } = useDocumentActions();
  const notice = useNotice();
  const work = useMany();
  const [typed, setTyped] = useState(documents[0]?.folder ?? "/");
  const folder = typedFolder(typed);
  const left = work.failed.length > 0 ? work.failed.map(({ item }) => item) : documents;
  const start = async () => {
    const { done, failed } = await work.run(left, (document) => move(document, folder));
    if (done.length > 0) notice(`${many(done.length, "document")} moved to ${folder}`);
    if (failed.length > 0) return;
    onClose();
    onDone?.();
  };
  return (
    <Dialog title={`Move ${many(documents.length, "document")}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <Field label="To the folder" hint={`A folder that is not there yet is made: ${folder}`}>
          {(ids) => (
            <input
              {...ids}
              className={CONTROL}
              value={typed}
              list="folder-suggestions"
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <FolderSuggestions id="folder-suggestions" typed={typed} />
        <Failures failed={work.failed} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" icon="move" busy={work.over !== null}>
            {work.over === null ? "Move" : `${work.over} of ${left.length} moved`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
