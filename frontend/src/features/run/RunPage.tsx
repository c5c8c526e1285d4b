// A run: why it failed, its graph, and its states over time. What was given and made comes beside it when a state is chosen.

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Link } from "wouter";
import { ApiProblem, answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { Section } from "../../design/Section";
import { Empty, Failed, Loading, Problem } from "../../design/States";
import { FailureBox } from "./FailureBox";
import { failureOf } from "./failure";
import { Heading } from "./Heading";
import type { RunState } from "./history";
import { References } from "./References";
import { RunTexts, StateDetail } from "./StateDetail";
import { Timeline } from "./Timeline";
import { type FollowedRun, runKey, useRun } from "./useRun";

const GraphView = lazy(() => import("./graph/GraphView"));

export default function RunPage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const followed = useRun(id);
  const { run, error } = followed;
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty isPage icon="runs" title="There is no such run">
        <p className="break-all">Nobody knows of {id}. Runs are kept in lists for 400 days.</p>
        <Link href="/runs" className="text-accent underline">
          Show all runs
        </Link>
      </Empty>
    );
  }
  if (run === undefined) {
    return error === null ? <Loading what="the run" /> : <Failed error={error} onRetry={followed.reload} />;
  }
  return <Shown followed={followed} run={run} />;
}

function Shown({ followed, run }: { followed: FollowedRun; run: NonNullable<FollowedRun["run"]> }) {
  const { states, error } = followed;
  const failure = failureOf(run, states);
  const [chosen, setChosen] = useState<number | null>(null);
  const state = states.find((each) => each.id === chosen) ?? null;
  const atWork = states.findLast((each) => each.status === "running" || each.status === "waiting") ?? null;
  const shown = state ?? failure?.state ?? atWork;
  const choosePath = (path: string) => {
    const last = states.findLast((each) => each.path === path);
    if (last) setChosen(last.id);
  };
  return (
    <div className="mx-auto grid w-full max-w-[110rem] grid-cols-[minmax(0,1fr)] gap-4 p-4">
      <Heading followed={followed} run={run} />
      {failure && <FailureBox failure={failure} run={run} />}
      {error !== null && <Problem error={error} />}
      {run.withheld && (
        <p className="rounded-lg border border-line bg-sunk px-4 py-2">
          Its document was deleted since, so what it was given, made and said is not shown. Names, times and counts are
          left.
        </p>
      )}
      {run.history ? (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_26rem] 2xl:grid-cols-[minmax(0,1fr)_34rem]">
          <div className="grid min-w-0 gap-4">
            <Graph
              id={run.id}
              states={states}
              chosen={shown?.path ?? null}
              middle={failure?.state?.path ?? atWork?.path ?? null}
              onChoose={choosePath}
            />
            <Timeline followed={followed} run={run} chosen={shown?.id ?? null} onChoose={setChosen} />
          </div>
          <div className="grid min-w-0 gap-4 xl:sticky xl:top-4">
            {shown && <StateDetail key={shown.id} run={run} state={shown} parts={followed.parts} />}
            <RunTexts run={run} />
            <References run={run} />
          </div>
        </div>
      ) : (
        <>
          <Empty icon="runs" title="Its states are not known any more">
            Step Functions keeps the history of a run for 90 days. What lists have of it is above.
          </Empty>
          <References run={run} />
        </>
      )}
    </div>
  );
}

interface GraphProps {
  id: string;
  states: RunState[];
  chosen: string | null;
  middle: string | null;
  onChoose(path: string): void;
}

function Graph({ id, states, chosen, middle, onChoose }: GraphProps) {
  const { api } = useServices();
  const found = useQuery({
    queryKey: [...runKey(id), "graph"],
    queryFn: ({ signal }) => answered(api.GET("/runs/{id}/graph", { params: { path: { id } }, signal })),
  });
  // It is asked for anew when its states have changed, and not by the clock.
  const signature = states.map((state) => `${state.id}${state.status}${state.attempts.length}`).join();
  const { refetch } = found;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the states are what it follows
  useEffect(() => void refetch(), [signature, refetch]);
  return (
    <Section title="Graph">
      {found.error !== null && found.data === undefined && <Problem error={found.error} />}
      {found.isPending && <Loading what="the graph" />}
      {found.data && (
        <>
          <p className="sr-only">The list of states below has the same in words.</p>
          <div className="h-72 overflow-hidden rounded-lg border border-line bg-paper md:h-96 lg:h-[32rem]">
            <Suspense fallback={<Loading what="the graph" />}>
              <GraphView graph={found.data} chosen={chosen} middle={middle} onChoose={onChoose} />
            </Suspense>
          </div>
          {!found.data.complete && (
            <p className="mt-2 text-sm text-soft">
              The history is long: its first {found.data.events} events are in the graph. Later states may have gone on.
            </p>
          )}
        </>
      )}
    </Section>
  );
}
