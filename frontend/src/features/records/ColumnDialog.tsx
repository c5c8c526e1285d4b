import { useState } from "react";
import { Button } from "../../design/Button";
import { Dialog, DialogActions } from "../../design/Dialog";
import { CONTROL, Field } from "../../design/Field";
import { columnProblems } from "./model/problems";

interface Props {
  taken: readonly string[];
  onAdd(name: string): void;
  onClose(): void;
}

export function ColumnDialog({ taken, onAdd, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState(false);
  const name = typed.trim();
  const problem = columnProblems([...taken, name], 1).at(-1)?.text ?? null;
  return (
    <Dialog title="Add a column" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (problem === null) onAdd(name);
        }}
      >
        <Field
          label="Name of the column"
          hint={
            taken.length === 0
              ? "The first column is the key: each row has its own."
              : "Records that have no such cell stay as they are."
          }
          problem={asked ? problem : null}
        >
          {(ids) => (
            <input
              {...ids}
              autoComplete="off"
              className={CONTROL}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main">
            Add
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
