// What the run is, how it stands, and what can be pressed.
import { Link } from "wouter";
import { Button } from "../../design/Button";
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
      <Links run={run} />
    </header>
  );
}

function Links({ run }: { run: RunDetail }) {
  const { document, chunks, links } = run;
  return (
    <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      {document && (
        <li>
          <Link href={`/documents/${document.doc_hash}`} className="text-accent underline">
            Document {document.doc_hash}
          </Link>
          , version {document.version}
          {document.attempt > 0 && `, begun for the ${document.attempt + 1}. time`}
        </li>
      )}
      {chunks && (
        <li title={chunks.key}>
          {many(chunks.count, "passage")} of {chunks.model} for the index {chunks.index}
        </li>
      )}
      {links.dead_letters !== null && (
        <li>
          <Link href="/operations" className="text-accent underline">
            Dead letters
          </Link>
        </li>
      )}
      {links.report !== null && run.state_machine !== "redrive" && (
        <li>
          <Link href="/operations" className="text-accent underline">
            Its report
          </Link>
        </li>
      )}
      {links.console !== null && (
        <li>
          <a href={links.console} rel="noreferrer" target="_blank" className="text-accent underline">
            In the AWS console
          </a>
        </li>
      )}
      <li>
        <CopyButton text={run.id} />
      </li>
    </ul>
  );
}

function CopyButton({ text }: { text: string }) {
  return (
    <span className="inline-flex items-center gap-1 text-soft">
      <code className="break-all">{text}</code>
      <Button
        look="quiet"
        className="min-h-6 px-2 py-0 text-sm"
        onClick={() => void navigator.clipboard.writeText(text)}
      >
        Copy
      </Button>
    </span>
  );
}
