// The editor of one text: what it began on, what is unsaved, and what became of what was saved.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { Document } from "../../api/client";
import { useServices } from "../../app/services";
import { useLeaving } from "../../app/useLeaving";
import { Button } from "../../design/Button";
import { Problem } from "../../design/States";
import { digestOf } from "../../uploads/source";
import { documentKey } from "../document/useDocument";
import Composer from "./Composer";
import { check } from "./checks/check";
import { type Basis, contentOf, type Draft, isUnsaved } from "./draft";
import { useDrafts } from "./drafts";
import { NewerVersion } from "./NewerVersion";
import { newerThan } from "./newer";
import { Standing } from "./Standing";
import { isConflict, save } from "./save";
import { type TextType, TYPE_NAMES } from "./types";

interface Props {
  document: Document;
  type: TextType;
  basis: Basis;
}

export default function Editing({ document, type, basis }: Props) {
  const { api } = useServices();
  const client = useQueryClient();
  const drafts = useDrafts();
  const docHash = document.doc_hash;
  const [draft, setDraft] = useState<Draft>(() => drafts.get(docHash) ?? { basis, text: basis.text, saved: null });
  // What was typed last, also before it is drawn: Ctrl-S comes right after a letter.
  const latest = useRef(draft);
  const change = (changed: Partial<Draft>) => {
    latest.current = { ...latest.current, ...changed };
    setDraft(latest.current);
  };
  const [theirs, setTheirs] = useState<Basis | null>(null);
  const unsaved = isUnsaved(draft);
  useEffect(() => {
    if (unsaved) drafts.set(docHash, draft);
    else drafts.delete(docHash);
  }, [drafts, docHash, draft, unsaved]);

  const newer = newerThan(draft.basis, document);
  const wordsAlone = newer.is === "same text" ? newer.version : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each such version
  useEffect(() => {
    // Another title or folder is nothing that the text has to be compared with, and no conflict.
    if (wordsAlone === null) return;
    change({ basis: { ...latest.current.basis, version: wordsAlone } });
    if (isConflict(saving.error)) saving.reset();
  }, [wordsAlone]);

  const saving = useMutation({
    mutationFn: async () => {
      const { text } = latest.current;
      const over = theirs ?? latest.current.basis;
      const content = contentOf(text, over.newline);
      const [accepted, sha256] = [await save(api, document, type, over, text), await digestOf(content)];
      return { version: accepted.version, sha256, text, newline: over.newline };
    },
    onSuccess: ({ version, ...saved }) => {
      setTheirs(null);
      change({ basis: { version, ...saved }, saved: version });
    },
    // After a conflict, too: what is there now is what has to be decided on.
    onSettled: () => client.invalidateQueries({ queryKey: documentKey(docHash) }),
  });
  const hasErrors = () => check(type, latest.current.text).some(({ kind }) => kind === "error");
  // One that was compared with is saved over; any other is looked at first.
  const inTheWay = newer.is !== "none" && newer.is !== "same text" && newer.version !== theirs?.version;
  const [refused, setRefused] = useState(false);
  const trySave = () => {
    const isWrong = hasErrors();
    setRefused(isWrong);
    if (!isWrong && isUnsaved(latest.current) && !inTheWay && !saving.isPending) saving.mutate();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    trySave();
  };
  const asked = useLeaving(unsaved, "What you have typed is not saved yet. It is lost if you leave.", () =>
    drafts.delete(docHash),
  );
  const name = document.title ?? docHash;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl-S saves from wherever in it the focus is
    <div className="flex min-h-[36rem] flex-1 flex-col gap-3 p-4" onKeyDown={onKeyDown}>
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-80">
          <Link href={`/documents/${docHash}`} className="w-fit text-sm text-soft hover:underline">
            Document
          </Link>
          <h1 className="line-clamp-2 text-xl font-semibold break-words">{name}</h1>
          <p className="text-sm text-soft">
            {TYPE_NAMES[type]}, {draft.basis.version === 0 ? "not saved yet" : `from version ${draft.basis.version}`}
          </p>
          {document.origin && (
            <p className="text-sm break-words text-soft">
              The sync {document.origin.name} keeps it as {document.origin.path} is: its next run puts that file over
              what is saved here.
            </p>
          )}
        </div>
        <Button
          look="main"
          icon="check"
          aria-keyshortcuts="Control+S"
          busy={saving.isPending}
          disabled={!unsaved || inTheWay}
          onClick={trySave}
        >
          {theirs === null ? "Save" : "Save this text"}
        </Button>
      </header>
      <Standing document={document} draft={draft} isSaving={saving.isPending} />
      {refused && hasErrors() && (
        <p role="alert" className="text-bad">
          It is not saved: what is named below the text has to be mended first.
        </p>
      )}
      {saving.error !== null && !(isConflict(saving.error) && inTheWay) && <Problem error={saving.error} />}
      <NewerVersion
        document={document}
        // One's own version may be told of before the answer to the save.
        newer={saving.isPending ? { is: "none" } : newer}
        draft={draft}
        theirs={theirs}
        onCompare={(compared) => {
          saving.reset();
          setTheirs(compared);
        }}
        onOver={(over) => {
          setTheirs(null);
          saving.reset();
          change({ basis: over });
        }}
        onTake={(taken) => {
          setTheirs(null);
          saving.reset();
          change({ basis: taken, text: taken.text, saved: null });
        }}
      />
      <Composer
        label={`Text of ${name}`}
        type={type}
        text={draft.text}
        onText={(text) => change({ text })}
        theirs={theirs?.text ?? null}
      />
      {asked}
    </div>
  );
}
