// What the state machines did with it, the newest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { hasPage } from "../../app/pages";
import { useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { RUN_STATUS } from "../../words/runs";
import { duration } from "../../words/time";
import { documentKey } from "./useDocument";

type Run = Schemas["RunSummary"];

const RUNNING_MILLISECONDS = 3_000;

export function Runs({ docHash }: { docHash: string }) {
  const { api } = useServices();
  const found = useInfiniteQuery({
    queryKey: [...documentKey(docHash), "runs"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/documents/{doc_hash}/runs", {
          params: {
            path: { doc_hash: docHash },
            query: { limit: 20, ...(pageParam !== null && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    // No message says that a run has ended, and lists follow some seconds later.
    refetchInterval: ({ state }) => {
      const isRunning = state.data?.pages.some((page) => page.runs.some((run) => run.status === "running"));
      return isRunning || state.data?.pages[0]?.runs.length === 0 ? RUNNING_MILLISECONDS : false;
    },
  });
  const runs = found.data?.pages.flatMap((page) => page.runs) ?? [];
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
