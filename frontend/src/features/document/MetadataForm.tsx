import { useState } from "react";
import type { Document } from "../../api/client";
import { Button, IconButton } from "../../design/Button";
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import { Problem } from "../../design/States";
import {
  type Entry,
  entriesOf,
  KINDS,
  type Kind,
  type Metadata,
  patchOf,
  problemOf,
  textOf,
} from "../../library/metadata";
import { Conflict } from "./Conflict";
import { isConflict, useEdit } from "./editing";

export function MetadataForm({ document, onClose }: { document: Document; onClose(): void }) {
  // What the edit began on: what is sent is the difference to it.
  const [began] = useState({ version: document.version, metadata: document.metadata as Metadata });
  const [entries, setEntries] = useState(() => entriesOf(began.metadata));
  const [tried, setTried] = useState(false);
  const edit = useEdit(document, onClose);
  const problems = entries.map((entry) => problemOf(entry, entries));
  const save = (version: number) => {
    setTried(true);
    if (problems.some((problem) => problem !== null)) return;
    edit.mutate({ change: { metadata: patchOf(began.metadata, entries) }, version });
  };
  const set = (id: number, changed: Partial<Entry>) =>
    setEntries(entries.map((entry) => (entry.id === id ? { ...entry, ...changed } : entry)));
  const add = () =>
    setEntries([
      ...entries,
      { id: Math.max(-1, ...entries.map(({ id }) => id)) + 1, name: "", kind: "text", text: "" },
    ]);
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save(began.version);
      }}
    >
      {entries.map((entry, index) => (
        <EntryRow
          key={entry.id}
          entry={entry}
          problem={tried ? (problems[index] ?? null) : null}
          onChange={(changed) => set(entry.id, changed)}
          onRemove={() => setEntries(entries.filter(({ id }) => id !== entry.id))}
        />
      ))}
      <Button icon="plus" className="justify-self-start" onClick={add}>
        Add an entry
      </Button>
      {isConflict(edit.error) && document.version !== began.version ? (
        <Conflict
          began={began.version}
          now={document.version}
          theirs={inOneLine(document.metadata)}
          mine={inOneLine(patchOf(began.metadata, entries))}
          onTakeTheirs={onClose}
          onKeepMine={() => save(document.version)}
        />
      ) : (
        <>
          {edit.error !== null && <Problem error={edit.error} />}
          <div className="flex gap-2">
            <Button type="submit" look="main" busy={edit.isPending}>
              Save
            </Button>
            <Button onClick={onClose}>Cancel</Button>
          </div>
        </>
      )}
    </form>
  );
}

interface RowProps {
  entry: Entry;
  problem: string | null;
  onChange(changed: Partial<Entry>): void;
  onRemove(): void;
}

function EntryRow({ entry, problem, onChange, onRemove }: RowProps) {
  const name = entry.name || "the new entry";
  return (
    <div>
      <div className="grid grid-cols-[1fr_auto] gap-2 sm:grid-cols-[1fr_7rem_1.5fr_auto]">
        <input
          aria-label="Name of the entry"
          className={CONTROL}
          value={entry.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <select
          aria-label={`Kind of ${name}`}
          className={classes(CONTROL, "w-28")}
          value={entry.kind}
          onChange={(event) => onChange({ kind: event.target.value as Kind })}
        >
          {KINDS.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
        <input
          aria-label={`Value of ${name}`}
          aria-invalid={problem ? true : undefined}
          placeholder={entry.kind === "list" ? "one, two, three" : undefined}
          className={CONTROL}
          value={entry.text}
          onChange={(event) => onChange({ text: event.target.value })}
        />
        <IconButton icon="trash" label={`Remove ${name}`} onClick={onRemove} />
      </div>
      {problem && <p className="mt-1 text-sm text-bad">{problem}</p>}
    </div>
  );
}

function inOneLine(metadata: Record<string, unknown>): string {
  return Object.entries(metadata)
    .map(([name, value]) => `${name}: ${value === null ? "removed" : textOf(value as Metadata[string])}`)
    .join("; ");
}
