// Where answers are looked for, what of it is on its way, and the way to change it.
import { lazy, Suspense, useState } from "react";
import { Button } from "../../../design/Button";
import { classes } from "../../../design/classes";
import { ROOT } from "../../../library/folderPath";
import { useDocumentsOf } from "../../../library/useDocumentsOf";
import { comingWords, type Scope, scopeWords } from "./scope";

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
  const isUnknown = queued.error !== null || processing.error !== null;
  const number = queued.documents.length + processing.documents.length;
  return (
    <p role="status" className={classes("min-w-0", isUnknown ? "text-soft" : "text-busy")}>
      {isUnknown
        ? "Whether updates are on their way is not known at the moment"
        : comingWords(number, queued.hasMore || processing.hasMore, scope.filter !== null)}
    </p>
  );
}
