// Where answers are looked for, to be changed: a folder, and conditions on metadata.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Conditions } from "../../../conditions/Conditions";
import { type Condition, conditionsOf, filterOf, withCondition } from "../../../conditions/conditions";
import { Button } from "../../../design/Button";
import { Dialog, DialogActions } from "../../../design/Dialog";
import { CONTROL, Field } from "../../../design/Field";
import { Problem } from "../../../design/States";
import { FolderBox } from "../../../library/FolderBox";
import { type Entry, type Kind, problemOf, valueIn } from "../../../library/metadata";
import type { Scope } from "./scope";

const KINDS: Kind[] = ["text", "number", "yes or no"];
const NOTHING: Entry = { id: 0, name: "", kind: "text", text: "" };

interface Props {
  scope: Scope;
  hint: string;
  onSave(scope: Scope): Promise<void>;
  onClose(): void;
}

export default function ScopeDialog({ scope, hint, onSave, onClose }: Props) {
  const [folder, setFolder] = useState(scope.folder);
  // Null is a filter that was not made here: it stays as it is, or goes as a whole.
  const [conditions, setConditions] = useState(() => conditionsOf(scope.filter));
  const [entry, setEntry] = useState(NOTHING);
  const [isTried, setTried] = useState(false);
  const saving = useMutation({ mutationFn: onSave, onSuccess: onClose });
  const isBegun = entry.name.trim() !== "" || entry.text.trim() !== "";
  const problem = problemOf(entry, [entry]);

  /** The conditions with the one that is typed; null if that is wrong. */
  const withTyped = (before: Condition[]): Condition[] | null => {
    if (!isBegun) return before;
    setTried(true);
    if (problem !== null) return null;
    // A list is none of the kinds.
    const value = valueIn(entry) as Condition["value"];
    return withCondition(before, { name: entry.name.trim(), comparison: "is", value });
  };
  const add = () => {
    setTried(true);
    const added = problem === null && withTyped(conditions ?? []);
    if (!added) return;
    setConditions(added);
    setEntry(NOTHING);
    setTried(false);
  };
  const save = () => {
    if (conditions === null) return saving.mutate({ folder, filter: scope.filter });
    const all = withTyped(conditions);
    if (all !== null) saving.mutate({ folder, filter: filterOf(all) ?? null });
  };
  return (
    <Dialog title="Where answers are looked for" onClose={onClose}>
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <div className="grid gap-1">
          <p className="text-sm font-medium">Folder</p>
          <FolderBox folder={folder} onChange={setFolder} />
          <p className="text-sm text-soft">With all folders below it. Empty: all documents.</p>
        </div>
        {conditions === null ? (
          <div className="grid gap-2">
            <p className="text-sm font-medium">A condition that was not made here</p>
            <pre className="rounded-lg bg-sunk p-3 text-sm break-words whitespace-pre-wrap">
              {JSON.stringify(scope.filter, null, 1)}
            </pre>
            <Button className="justify-self-start" onClick={() => setConditions([])}>
              Remove it
            </Button>
          </div>
        ) : (
          <fieldset className="grid gap-2">
            <legend className="mb-1 text-sm font-medium">Conditions on metadata, which all have to hold</legend>
            <Conditions conditions={conditions} onChange={setConditions} />
            <NewCondition entry={entry} problem={isTried ? problem : null} onChange={setEntry} onAdd={add} />
          </fieldset>
        )}
        <p className="text-sm text-soft">{hint}</p>
        {saving.error !== null && <Problem error={saving.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={saving.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface NewProps {
  entry: Entry;
  problem: string | null;
  onChange(entry: Entry): void;
  onAdd(): void;
}

function NewCondition({ entry, problem, onChange, onAdd }: NewProps) {
  return (
    <div className="grid grid-cols-1 items-start gap-2 sm:grid-cols-[minmax(0,1fr)_7.5rem_minmax(0,1fr)_auto]">
      <Field label="Name" problem={problem}>
        {(ids) => (
          <input
            {...ids}
            className={CONTROL}
            autoComplete="off"
            spellCheck={false}
            value={entry.name}
            onChange={(event) => onChange({ ...entry, name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Kind">
        {(ids) => (
          <select
            {...ids}
            className={CONTROL}
            value={entry.kind}
            onChange={(event) => onChange({ ...entry, kind: event.target.value as Kind })}
          >
            {KINDS.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Value">
        {(ids) => (
          <input
            {...ids}
            className={CONTROL}
            autoComplete="off"
            value={entry.text}
            onChange={(event) => onChange({ ...entry, text: event.target.value })}
          />
        )}
      </Field>
      <Button icon="plus" className="sm:mt-6" onClick={onAdd}>
        Add
      </Button>
    </div>
  );
}
