// Where answers are looked for, what of it is on its way, and the way to change it.
import { lazy, Suspense, useState } from "react";
import { Button } from "../../../design/Button";
import { ROOT } from "../../../library/folderPath";
import { useDocumentsOf } from "../../../library/useDocumentsOf";
import { count } from "../../../words/number";
import { type Scope, scopeWords } from "./scope";

const ScopeDialog = lazy(() => import("./ScopeDialog"));
const COUNTED = 100;

interface Props {
  scope: Scope;
  /** What is said of a change, before it is made. */
  hint: string;
  onChange(scope: Scope): Promise<void>;
}

export function ScopeLine({ scope, hint, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 text-sm">
      <p className="min-w-0 break-words text-soft">
        Answers come from <span className="text-ink">{scopeWords(scope)}</span>
      </p>
      <Button look="quiet" icon="edit" className="-mx-2 text-sm" onClick={() => setOpen(true)}>
        Change
      </Button>
      <Coming scope={scope} />
      {isOpen && (
        <Suspense>
          <ScopeDialog scope={scope} hint={hint} onSave={onChange} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** How many documents of the folder are on their way. Of their metadata a list says nothing. */
function Coming({ scope }: { scope: Scope }) {
  const folder = scope.folder === "" ? ROOT : scope.folder;
  const queued = useDocumentsOf("queued", COUNTED, folder);
  const processing = useDocumentsOf("processing", COUNTED, folder);
  return (
    <p role="status" className="min-w-0 text-busy">
      {comingWords(
        queued.documents.length + processing.documents.length,
        queued.hasMore || processing.hasMore,
        scope.filter !== null,
      )}
    </p>
  );
}

/** Such as `2 updates of these documents are on their way`; null where nothing is. */
export function comingWords(number: number, isMore: boolean, isFiltered: boolean): string | null {
  if (number === 0) return null;
  const of = isFiltered ? "documents in this folder, whether or not they meet the conditions," : "these documents";
  const [updates, are] = number === 1 && !isMore ? ["update", "is on its way"] : ["updates", "are on their way"];
  return `${isMore ? "More than " : ""}${count(number)} ${updates} of ${of} ${are}`;
}
