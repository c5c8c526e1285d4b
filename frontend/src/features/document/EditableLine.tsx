// One line that is edited in its place.
import { type KeyboardEvent, type ReactNode, useState } from "react";
import type { Document } from "../../api/client";
import { useMay } from "../../app/services";
import { Button, IconButton } from "../../design/Button";
import { CONTROL, Field } from "../../design/Field";
import { Problem } from "../../design/States";
import { Conflict } from "./Conflict";
import { type Change, isConflict, useEdit } from "./editing";

interface Props {
  document: Document;
  label: string;
  hint?: string;
  value: string;
  /** What is shown while nobody edits, and beside the form while somebody does. */
  children: ReactNode;
  whileEditing?: ReactNode;
  /** The edit that makes `text` the value. */
  change(text: string): Change;
  suggestions?: (typed: string) => ReactNode;
  list?: string;
}

export function EditableLine({
  document,
  label,
  hint,
  value,
  children,
  whileEditing,
  change,
  suggestions,
  list,
}: Props) {
  const mayWrite = useMay("write");
  const [draft, setDraft] = useState<{ text: string; version: number } | null>(null);
  const stop = () => {
    setDraft(null);
    edit.reset();
  };
  const edit = useEdit(document, () => setDraft(null));
  if (draft === null) {
    return (
      <div className="flex min-w-0 items-start gap-1">
        <div className="min-w-0">{children}</div>
        {mayWrite && document.operation !== "DELETE" && (
          <IconButton
            icon="edit"
            label={`Edit ${label.toLowerCase()}`}
            className="-my-1 shrink-0 text-soft"
            onClick={() => setDraft({ text: value, version: document.version })}
          />
        )}
      </div>
    );
  }
  const save = (version: number) => edit.mutate({ change: change(draft.text.trim()), version });
  const conflict = isConflict(edit.error) && document.version !== draft.version;
  return (
    <form
      className="min-w-0"
      onSubmit={(event) => {
        event.preventDefault();
        save(draft.version);
      }}
    >
      {whileEditing}
      <Field label={label} {...(hint !== undefined && { hint })}>
        {(ids) => (
          <input
            {...ids}
            // biome-ignore lint/a11y/noAutofocus: it stands where the button was that was pressed
            autoFocus
            autoComplete="off"
            className={CONTROL}
            value={draft.text}
            list={list}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
            onKeyDown={(event: KeyboardEvent) => event.key === "Escape" && stop()}
          />
        )}
      </Field>
      {suggestions?.(draft.text)}
      {conflict ? (
        <Conflict
          began={draft.version}
          now={document.version}
          theirs={value}
          mine={draft.text}
          onTakeTheirs={stop}
          onKeepMine={() => save(document.version)}
        />
      ) : (
        <>
          {edit.error !== null && (
            <div className="mt-2">
              <Problem error={edit.error} />
            </div>
          )}
          <div className="mt-2 flex gap-2">
            <Button type="submit" look="main" busy={edit.isPending}>
              Save
            </Button>
            <Button onClick={stop}>Cancel</Button>
          </div>
        </>
      )}
    </form>
  );
}
