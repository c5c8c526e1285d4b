// What becomes of what was saved, until search finds it.
import { Link } from "wouter";
import type { Document } from "../../api/client";
import { StatusBadge } from "../../design/StatusBadge";
import { useNow } from "../../design/Time";
import { statusWords } from "../../words/progress";
import { type Draft, isUnsaved } from "./draft";

export function Standing({ document, draft, isSaving }: { document: Document; draft: Draft; isSaving: boolean }) {
  const now = useNow();
  const { saved } = draft;
  // The answer to a save is here before the document is read anew.
  const isKnown = saved !== null && document.version === saved;
  return (
    <div role="status" className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
      {isSaving ? (
        <span>Saving</span>
      ) : (
        <span className={isUnsaved(draft) ? "font-medium text-warn" : "text-soft"}>
          {isUnsaved(draft) ? "Not saved" : saved === null ? "Nothing to save" : `Saved as version ${saved}`}
        </span>
      )}
      {isKnown && (
        <>
          <StatusBadge status={document.status} progress={document.progress} />
          <span className="text-soft">{statusWords(document.status, document.progress, now).means}</span>
          {document.error && <span className="w-full break-words text-bad">{document.error.message}</span>}
          {document.status === "failed" && (
            <Link href={`/documents/${document.doc_hash}`} className="text-accent underline">
              Retry it on its page
            </Link>
          )}
        </>
      )}
    </div>
  );
}
