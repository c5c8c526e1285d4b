// The rows of the states over time: a state with its bar, or iterations that went well at once as one.
import { classes } from "../../design/classes";
import { Icon } from "../../design/Icon";
import { Badge } from "../../design/StatusBadge";
import { many } from "../../words/number";
import { STATE_STATUS } from "../../words/runs";
import { duration } from "../../words/time";
import { errorOf } from "./failure";
import type { RunState } from "./history";
import { type Axis, TimelineBar } from "./TimelineBar";
import type { StateLine, SumLine } from "./tree";

/** Seconds; less is no waiting that somebody would look for. */
const LEAST_WAIT = 0.05;
const INDENTS = ["", "pl-5", "pl-10", "pl-15", "pl-20"];

interface RowProps {
  line: StateLine;
  axis: Axis;
  now: number;
  isChosen: boolean;
  onChoose(): void;
}

export function StateRow({ line, axis, now, isChosen, onChoose }: RowProps) {
  const { state } = line;
  const { label, tone } = STATE_STATUS[state.status];
  const error = errorOf(state);
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onChoose}
      className={classes(
        "grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-2 py-1.5 text-left md:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_4.5rem]",
        isChosen ? "bg-accent-tint" : "hover:bg-sunk",
      )}
    >
      <span className={classes("flex min-w-0 flex-wrap items-center gap-x-2", indentOf(line.depth))}>
        <span className="min-w-0 truncate font-medium">
          {state.iteration !== null && <span className="text-soft">[{state.iteration}] </span>}
          {state.name}
        </span>
        {state.status !== "succeeded" && <Badge tone={tone}>{label}</Badge>}
        {state.status === "succeeded" && <span className="sr-only">{label}</span>}
      </span>
      <span className="order-last col-span-2 md:order-none md:col-span-1">
        <TimelineBar state={state} axis={axis} now={now} />
      </span>
      <span className="text-right text-sm text-soft tabular-nums">{tookOf(state, now)}</span>
      {(error || told(state)) && (
        <span
          className={classes("col-span-full truncate text-sm", indentOf(line.depth), error ? "text-bad" : "text-soft")}
        >
          {[error && [error.error, error.cause].filter(Boolean).join(": "), told(state)].filter(Boolean).join(" · ")}
        </span>
      )}
    </button>
  );
}

function told(state: RunState): string {
  const parts: string[] = [];
  if (state.attempts.length > 1) parts.push(many(state.attempts.length, "attempt"));
  if (state.waiting_seconds !== null && state.waiting_seconds >= LEAST_WAIT && state.type !== "Wait")
    parts.push(`waited ${duration(state.waiting_seconds)}`);
  if (state.message_id !== null) parts.push("sent a message");
  return parts.join(", ");
}

function tookOf(state: RunState, now: number): string {
  const end = state.exited_at === null ? now : Date.parse(state.exited_at);
  return duration(Math.max(0, end - Date.parse(state.entered_at)) / 1000);
}

export function SumRow({ line, onToggle }: { line: SumLine; onToggle(): void }) {
  return (
    <button
      type="button"
      aria-expanded={line.open}
      onClick={onToggle}
      className={classes("flex w-full items-center gap-2 px-2 py-1.5 text-left hover:bg-sunk", indentOf(line.depth))}
    >
      <Icon name={line.open ? "down" : "chevron"} className="ml-2 size-4" />
      <span>
        {line.iterations} times {line.names.join(", ")}
      </span>
      <span className="ml-auto text-sm text-soft tabular-nums">
        {duration(line.shortest)} to {duration(line.longest)}
      </span>
    </button>
  );
}

function indentOf(depth: number): string | undefined {
  return INDENTS[Math.min(depth, INDENTS.length - 1)];
}
