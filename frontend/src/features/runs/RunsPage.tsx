// Runs: what the state machines did, the newest first.
import { useMemo } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { Button } from "../../design/Button";
import { ListHeader, LongList } from "../../design/LongList";
import { Empty } from "../../design/States";
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
      <ListHeader title="Runs">
        <Filters view={view} onChange={(changed) => go(addressOf({ ...view, ...changed }))} />
      </ListHeader>
      <List key={addressOf(view)} view={view} />
    </section>
  );
}

function List({ view }: { view: RunsView }) {
  const list = useRuns(view);
  const shown = many(list.rows.length, "run");
  return (
    <LongList
      list={list}
      what="runs"
      nothing={<NothingHere view={view} />}
      onRetry={list.reload}
      line={
        <>
          <span>{list.hasMore ? `The newest ${shown}` : shown}</span>
          <span role="status">
            {list.fresh > 0 && (
              <Button look="main" icon="plus" onClick={list.reload}>
                {many(list.fresh, "newer run")}
              </Button>
            )}
          </span>
        </>
      }
    >
      <RunGrid list={list} />
    </LongList>
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
