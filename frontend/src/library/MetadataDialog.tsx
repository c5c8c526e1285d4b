// One entry of the metadata of several documents: set on all, replaced where it is, or removed.
import { useState } from "react";
import { Button } from "../design/Button";
import { Dialog, DialogActions } from "../design/Dialog";
import { CONTROL, Field } from "../design/Field";
import { useNotice } from "../design/Notices";
import { many } from "../words/number";
import { type Shown, useDocumentActions } from "./actions";
import { Failures } from "./Failures";
import { type Entry, KINDS, type Kind, problemOf, valueIn } from "./metadata";
import { useMany } from "./useMany";

type What = "set" | "replace" | "remove";

const WHAT: Record<What, { label: string; hint: string; button: string }> = {
  set: { label: "Set an entry on all", hint: "Whatever it was, it becomes this value.", button: "Set" },
  replace: {
    label: "Replace an entry where it is",
    hint: "Documents without an entry of this name stay as they are.",
    button: "Replace",
  },
  remove: { label: "Remove an entry", hint: "Documents without it stay as they are.", button: "Remove" },
};

interface Props {
  documents: readonly Shown[];
  onClose(): void;
  onDone?(): void;
}

export function MetadataDialog({ documents, onClose, onDone }: Props) {
  const { editMetadata, hasEntry } = useDocumentActions();
  const notice = useNotice();
  const work = useMany();
  const [what, setWhat] = useState<What>("set");
  const [entry, setEntry] = useState<Entry>({ id: 0, name: "", kind: "text", text: "" });
  const [tried, setTried] = useState(false);
  const change = (changed: Partial<Entry>) => setEntry({ ...entry, ...changed });
  const judged = what === "remove" ? { ...entry, kind: "text" as const } : entry;
  const problem = problemOf(judged, [judged]);
  const isOfName = problem !== null && problemOf({ ...judged, kind: "text" }, [judged]) === problem;
  const left = work.failed.length > 0 ? work.failed.map(({ item }) => item) : documents;

  const start = async () => {
    setTried(true);
    if (problem !== null) return;
    const name = entry.name.trim();
    const value = what === "remove" ? null : valueIn(entry);
    let changed = 0;
    const { done, failed } = await work.run(left, async (document) => {
      if (what === "replace" && !(await hasEntry(document, name))) return;
      const { status } = await editMetadata(document, { [name]: value });
      if (status !== "unchanged") changed += 1;
    });
    if (changed > 0) notice(`Metadata of ${many(changed, "document")} changed`);
    if (done.length > changed) notice(`${many(done.length - changed, "document")} left unchanged`);
    if (failed.length > 0) return;
    onClose();
    onDone?.();
  };

  return (
    <Dialog title={`Edit metadata of ${many(documents.length, "document")}`} onClose={onClose}>
      <form
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <Field label="What to do" hint={WHAT[what].hint}>
          {(ids) => (
            <select {...ids} className={CONTROL} value={what} onChange={(event) => setWhat(event.target.value as What)}>
              {Object.entries(WHAT).map(([each, { label }]) => (
                <option key={each} value={each}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Name" problem={tried && isOfName ? problem : null}>
          {(ids) => (
            <input
              {...ids}
              className={CONTROL}
              value={entry.name}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => change({ name: event.target.value })}
            />
          )}
        </Field>
        {what !== "remove" && (
          <div className="grid grid-cols-[8rem_minmax(0,1fr)] gap-3">
            <Field label="Kind">
              {(ids) => (
                <select
                  {...ids}
                  className={CONTROL}
                  value={entry.kind}
                  onChange={(event) => change({ kind: event.target.value as Kind })}
                >
                  {KINDS.map((kind) => (
                    <option key={kind}>{kind}</option>
                  ))}
                </select>
              )}
            </Field>
            <Field label="Value" problem={tried && !isOfName ? problem : null}>
              {(ids) => (
                <input
                  {...ids}
                  className={CONTROL}
                  value={entry.text}
                  autoComplete="off"
                  placeholder={entry.kind === "list" ? "one, two, three" : undefined}
                  onChange={(event) => change({ text: event.target.value })}
                />
              )}
            </Field>
          </div>
        )}
        <p className="text-sm text-soft">Each document that changes gets a new version. Nothing is embedded again.</p>
        <Failures failed={work.failed} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" icon="edit" busy={work.over !== null}>
            {work.over === null ? WHAT[what].button : `${work.over} of ${left.length} done`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
