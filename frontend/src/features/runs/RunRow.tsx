import { Link } from "wouter";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import type { RowFocus } from "../../design/useVirtualRows";
import { causeInWords } from "../../words/causes";
import { many } from "../../words/number";
import { RUN_STATUS, type Run, runName, secondsOf } from "../../words/runs";
import { duration } from "../../words/time";

interface Props {
  run: Run;
  index: number;
  focus: RowFocus;
  top: number;
  height: number;
}

export function RunRow({ run, index, focus, top, height }: Props) {
  const { label, tone } = RUN_STATUS[run.status];
  const seconds = secondsOf(run);
  const took = seconds === null ? null : duration(seconds);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see RunGrid
    <div
      role="row"
      aria-rowindex={index + 1}
      data-index={index}
      tabIndex={focus.tabIndex}
      onFocus={focus.onFocus}
      className="absolute inset-x-0 grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b border-line px-4 -outline-offset-2 hover:bg-sunk md:grid-cols-[8.5rem_minmax(0,1fr)_9rem_7rem]"
      style={{ top, height }}
    >
      <Cell className="hidden md:block">
        <Badge tone={tone}>{label}</Badge>
      </Cell>
      <Cell className="min-w-0">
        <Link
          href={`/runs/${run.id}`}
          tabIndex={-1}
          title={run.id}
          className="block truncate font-medium hover:underline"
        >
          {runName(run)}
        </Link>
        <span className="block truncate text-sm text-soft">
          <span className="md:hidden">
            <Time at={run.started_at} />
            {took !== null && `, took ${took}`}
          </span>
          {run.error_type !== null && (
            <span className="hidden text-bad md:inline" title={run.error_type}>
              {causeInWords(run.error_type).what}
            </span>
          )}
          {run.redrives > 0 && <span className="ml-2">run again {many(run.redrives, "time")}</span>}
        </span>
      </Cell>
      <Cell className="md:hidden">
        <Badge tone={tone}>{label}</Badge>
      </Cell>
      <Cell className="hidden text-soft md:block">
        <Time at={run.started_at} />
      </Cell>
      <Cell className="hidden text-right text-soft tabular-nums md:block">{took ?? "under way"}</Cell>
    </div>
  );
}

function Cell({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see RunGrid
    // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus
    <div role="gridcell" className={className}>
      {children}
    </div>
  );
}
