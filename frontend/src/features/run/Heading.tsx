// What the run is, how it stands, and what can be pressed.
import { Link } from "wouter";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { many } from "../../words/number";
import { RUN_STATUS, runName, secondsOf } from "../../words/runs";
import { duration } from "../../words/time";
import { RedriveLetter, RetryDocument } from "./Actions";
import type { RunDetail } from "./history";
import { workingSeconds } from "./spans";
import type { FollowedRun } from "./useRun";

export function Heading({ followed, run }: { followed: FollowedRun; run: RunDetail }) {
  const { label, tone } = RUN_STATUS[run.status];
  const took = secondsOf(run);
  const working = workingSeconds(followed.states, Date.now());
  const whole = took !== null && !followed.hasMore && followed.states.length > 0;
  const failed = run.status !== "running" && run.status !== "succeeded";
  return (
    <header className="grid gap-2">
      <Link href="/runs" className="w-fit text-sm text-soft hover:underline">
        Runs
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <h1 className="min-w-0 flex-1 basis-80 text-2xl font-semibold break-words">{runName(run)}</h1>
        <div className="flex flex-wrap gap-2">
          {failed && run.document && <RetryDocument document={run.document} />}
          {failed && run.document && run.links.dead_letters !== null && <RedriveLetter run={run} />}
        </div>
      </div>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1" role="status">
        <Badge tone={tone}>{label}</Badge>
        <span className="text-soft">
          Began <Time at={run.started_at} />
          {took !== null && `, took ${duration(took)}`}
          {whole &&
            `: at work for ${duration(Math.min(working, took))}, waiting for ${duration(Math.max(0, took - working))}`}
          {run.redrives > 0 && `, run again ${many(run.redrives, "time")}`}
        </span>
        {run.status === "running" && <span className="text-sm text-soft">Looked at every 2 s</span>}
      </p>
      {run.document && (
        <p className="text-sm">
          <Link href={`/documents/${run.document.doc_hash}`} className="break-all text-accent underline">
            Document {run.document.doc_hash}
          </Link>
          , version {run.document.version}
          {run.document.attempt > 0 && `, begun for the ${run.document.attempt + 1}. time`}
        </p>
      )}
    </header>
  );
}
