// Audit: who asked for which change, the newest first.
import { useMemo } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { Button } from "../../design/Button";
import { ListHeader, LongList } from "../../design/LongList";
import { Empty } from "../../design/States";
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
      <ListHeader title="Audit">
        <Filters view={view} onChange={(changed) => go(addressOf({ ...view, ...changed }))} />
      </ListHeader>
      <List key={addressOf(view)} view={view} />
    </section>
  );
}

function List({ view }: { view: AuditView }) {
  const list = useAudit(view);
  const shown = many(list.rows.length, "entry", "entries");
  return (
    <LongList
      list={list}
      what="the audit log"
      nothing={<NothingHere view={view} onLookAgain={list.reload} />}
      onRetry={list.loadMore}
      line={
        <>
          <span>{list.hasMore ? `The newest ${shown}` : shown}</span>
          <span>
            as of <Time at={list.asOf} />
          </span>
          <Button look="quiet" icon="retry" onClick={list.reload}>
            Look again
          </Button>
        </>
      }
    >
      <AuditGrid list={list} />
    </LongList>
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
