// What the state machines did with it, the newest first.
import { Link } from "wouter";
import type { Schemas } from "../../api/client";
import { hasPage } from "../../app/pages";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { RUN_STATUS } from "../../words/runs";
import { duration } from "../../words/time";
import { useDocumentRuns } from "./useHistory";

type Run = Schemas["RunSummary"];

export function Runs({ docHash }: { docHash: string }) {
  const found = useDocumentRuns(docHash);
  const { runs } = found;
  return (
    <Section title="Runs">
      {found.isPending && <Loading what="runs" />}
      {found.error !== null && <Problem error={found.error} />}
      {found.isSuccess && runs.length === 0 && (
        <p className="text-soft">None is listed yet; that takes some seconds.</p>
      )}
      <ul className="grid gap-2">
        {runs.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button className="mt-2" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Older runs
        </Button>
      )}
    </Section>
  );
}

function RunLine({ run }: { run: Run }) {
  const { label, tone } = RUN_STATUS[run.status];
  const name = `${run.document?.operation.toLowerCase() ?? run.state_machine} of version ${run.document?.version ?? "?"}`;
  const took = run.ended_at && (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
      <Badge tone={tone}>{label}</Badge>
      {hasPage("/runs/:id") ? (
        <Link href={`/runs/${run.id}`} className="text-accent underline">
          {name}
        </Link>
      ) : (
        <span title={run.id}>{name}</span>
      )}
      <span className="text-sm text-soft">
        <Time at={run.started_at} />
        {took !== null && `, took ${duration(Number(took))}`}
        {run.error_type && `, ${run.error_type}`}
      </span>
    </li>
  );
}
