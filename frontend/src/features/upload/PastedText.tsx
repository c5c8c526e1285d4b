// A text that was pasted becomes a file with a name: its id comes of that, so the same name again is the next version.
import { useState } from "react";
import { Button } from "../../design/Button";
import { Dialog, DialogActions } from "../../design/Dialog";
import { CONTROL, Field } from "../../design/Field";
import { CONTENT_TYPES, suffixOf } from "../../uploads/source";
import { isText } from "../document/content";

const SUFFIXES = Object.keys(CONTENT_TYPES).filter((suffix) => isText(CONTENT_TYPES[suffix] ?? ""));

interface Props {
  text: string;
  onAdd(file: File): void;
  onClose(): void;
}

export function PastedText({ text, onAdd, onClose }: Props) {
  const [name, setName] = useState("");
  const [typed, setTyped] = useState(text);
  const [asked, setAsked] = useState(false);
  const problem = problemOf(name);
  return (
    <Dialog title="A document of a text" onClose={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (problem === null && typed.trim() !== "") onAdd(new File([typed], name.trim()));
        }}
      >
        <Field
          label="Name"
          hint="Such as notes.md. The same name again makes the next version of the same document."
          problem={asked ? problem : null}
        >
          {(ids) => (
            <input
              {...ids}
              className={CONTROL}
              value={name}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Text" problem={asked && typed.trim() === "" ? "There is no text." : null}>
          {(ids) => (
            <textarea
              {...ids}
              rows={10}
              className={CONTROL}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" icon="upload">
            Add
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function problemOf(name: string): string | null {
  if (name.trim() === "") return "A name is needed.";
  if (name.includes("/")) return "A name has no slash; the folder is chosen on the page.";
  return SUFFIXES.includes(suffixOf(name.trim())) ? null : `It has to end in one of ${SUFFIXES.join(", ")}.`;
}
