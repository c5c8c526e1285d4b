// How far all files are, by counts of real things, and what can be done to all of them.
import { Button } from "../../design/Button";
import { classes } from "../../design/classes";
import { ProgressBar } from "../../design/ProgressBar";
import type { UploadQueue } from "../../uploads/queue";
import type { Uploads } from "../../uploads/rowStore";
import { canRetry, counted, progressOf } from "../../uploads/rows";
import { count, many } from "../../words/number";

export function Progress({ uploads, queue }: { uploads: Uploads; queue: UploadQueue }) {
  const { rows, paused, unreachable } = uploads;
  const { through, all } = progressOf(rows);
  const counts = counted(rows);
  const failed = rows.filter(canRetry);
  const open = counts["under way"];
  return (
    <div className="grid gap-2 border-b border-line bg-card px-4 py-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="mr-auto tabular-nums">
          {all === 0 ? "Nothing to be sent" : `${count(through)} of ${many(all, "file")} through`}
        </p>
        {(open > 0 || paused) && (
          <Button look={paused ? "main" : "plain"} onClick={() => (paused ? queue.resume() : queue.pause())}>
            {paused ? "Send" : "Pause"}
          </Button>
        )}
        {failed.length > 0 && (
          <Button icon="retry" onClick={() => queue.retry(failed.map((row) => row.key))}>
            Retry {count(failed.length)}
          </Button>
        )}
        {open < rows.length && (
          <Button look="quiet" icon="close" onClick={() => queue.clear()}>
            Clear what is over
          </Button>
        )}
      </div>
      {all > 0 && <ProgressBar label="Files that are through" value={through} max={all} />}
      <p className={classes("text-sm", unreachable ? "text-warn" : "text-soft")} role="status">
        {unreachable
          ? "The service cannot be reached. It is asked again every five seconds, and nothing is lost."
          : paused
            ? "Paused: files are looked at, and none is sent until you press Send."
            : open === 0
              ? `All is over: ${outcome(counts)}.`
              : "Files are looked at, compared and sent; then each is followed until it is indexed."}
      </p>
    </div>
  );
}

function outcome(counts: ReturnType<typeof counted>): string {
  return (["indexed", "unchanged", "failed", "left out"] as const)
    .filter((group) => counts[group] > 0)
    .map((group) => `${count(counts[group])} ${group}`)
    .join(", ");
}
