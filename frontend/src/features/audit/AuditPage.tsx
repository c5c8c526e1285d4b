// Audit: who asked for which change, the newest first.
import { useMemo } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { Button } from "../../design/Button";
import { Empty, Failed, Loading, Problem } from "../../design/States";
import { Time } from "../../design/Time";
import { many } from "../../words/number";
import { AuditGrid } from "./AuditGrid";
import { Filters } from "./Filters";
import { useAudit } from "./useAudit";
import { ALL, type AuditView, addressOf, viewOf } from "./view";

export default function AuditPage() {
  const [, go] = useLocation();
  const search = useSearch();
  const view = useMemo(() => viewOf(search), [search]);
  return (
    <section className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="grid gap-3 border-b border-line bg-card px-4 py-3">
        <h1 className="text-xl font-semibold">Audit</h1>
        <Filters view={view} onChange={(changed) => go(addressOf({ ...view, ...changed }))} />
      </header>
      <List key={addressOf(view)} view={view} />
    </section>
  );
}

function List({ view }: { view: AuditView }) {
  const list = useAudit(view);
  const { rows } = list;
  if (list.isPending) return <Loading what="the audit log" />;
  if (list.error !== null && rows.length === 0) return <Failed error={list.error} onRetry={list.reload} />;
  if (rows.length === 0 && !list.hasMore) return <NothingHere view={view} onLookAgain={list.reload} />;
  return (
    <>
      <div className="flex min-h-12 flex-wrap items-center gap-x-3 border-b border-line px-4 text-sm text-soft">
        <span>
          {list.hasMore ? `The newest ${many(rows.length, "entry", "entries")}` : many(rows.length, "entry", "entries")}
        </span>
        <span>
          as of <Time at={list.asOf} />
        </span>
        <Button look="quiet" icon="retry" onClick={list.reload}>
          Look again
        </Button>
      </div>
      <AuditGrid list={list} />
      {list.error !== null && (
        <div className="flex flex-wrap items-center gap-3 border-t border-line p-3">
          <Problem error={list.error} />
          <Button icon="retry" onClick={list.loadMore}>
            Try again
          </Button>
        </div>
      )}
    </>
  );
}

function NothingHere({ view, onLookAgain }: { view: AuditView; onLookAgain(): void }) {
  const isOfAll = addressOf(view) === addressOf(ALL);
  return (
    <Empty icon="audit" title={isOfAll ? "Nobody has changed anything yet" : "No entry matches"}>
      <p>An entry is listed a moment after the answer. What only reads has none.</p>
      {isOfAll ? (
        <Button className="mt-3" icon="retry" onClick={onLookAgain}>
          Look again
        </Button>
      ) : (
        <Link href={addressOf(ALL)} className="text-accent underline">
          Show all entries
        </Link>
      )}
    </Empty>
  );
}
