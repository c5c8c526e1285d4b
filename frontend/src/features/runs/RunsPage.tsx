// Runs: what the state machines did, the newest first.
import { useMemo } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { Button } from "../../design/Button";
import { Empty, Failed, Loading, Problem } from "../../design/States";
import { many } from "../../words/number";
import { Filters } from "./Filters";
import { RunGrid } from "./RunGrid";
import { useRuns } from "./useRuns";
import { ALL, addressOf, type RunsView, viewOf } from "./view";

export default function RunsPage() {
  const [, go] = useLocation();
  const search = useSearch();
  const view = useMemo(() => viewOf(search), [search]);
  return (
    <section className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="grid gap-3 border-b border-line bg-card px-4 py-3">
        <h1 className="text-xl font-semibold">Runs</h1>
        <Filters view={view} onChange={(changed) => go(addressOf({ ...view, ...changed }))} />
      </header>
      <List key={addressOf(view)} view={view} />
    </section>
  );
}

function List({ view }: { view: RunsView }) {
  const list = useRuns(view);
  const { rows } = list;
  if (list.isPending) return <Loading what="runs" />;
  if (list.error !== null && rows.length === 0) return <Failed error={list.error} onRetry={list.reload} />;
  if (rows.length === 0 && !list.hasMore) return <NothingHere view={view} />;
  return (
    <>
      <div className="flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 text-sm text-soft">
        <span>{list.hasMore ? `The newest ${many(rows.length, "run")}` : many(rows.length, "run")}</span>
        <span role="status">
          {list.fresh > 0 && (
            <Button look="main" icon="plus" onClick={list.reload}>
              {many(list.fresh, "newer run")}
            </Button>
          )}
        </span>
      </div>
      <RunGrid list={list} />
      {list.error !== null && (
        <div className="flex flex-wrap items-center gap-3 border-t border-line p-3">
          <Problem error={list.error} />
          <Button icon="retry" onClick={list.reload}>
            Try again
          </Button>
        </div>
      )}
    </>
  );
}

function NothingHere({ view }: { view: RunsView }) {
  if (addressOf(view) === addressOf(ALL)) {
    return (
      <Empty icon="runs" title="There are no runs yet">
        Each document that is sent is worked on by a run. It is listed here some seconds after it began.
      </Empty>
    );
  }
  return (
    <Empty icon="runs" title="No run matches">
      <Link href={addressOf(ALL)} className="text-accent underline">
        Show all runs
      </Link>
    </Empty>
  );
}
