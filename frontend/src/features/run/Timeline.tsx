// The states over time, as a list that reads well without the bars too: a button each, which shows what the state was given
// and made. A bar is solid where the state was at work, and hatched where it waited.
import { useState } from "react";
import { Button } from "../../design/Button";
import { classes } from "../../design/classes";
import { Icon } from "../../design/Icon";
import { Section } from "../../design/Section";
import { Badge } from "../../design/StatusBadge";
import { many } from "../../words/number";
import { STATE_STATUS } from "../../words/runs";
import { duration } from "../../words/time";
import { errorOf } from "./failure";
import type { RunDetail, RunState } from "./history";
import { spansOf } from "./spans";
import { type Line, linesOf, type SumLine } from "./tree";
import type { FollowedRun } from "./useRun";

/** Seconds; less is no waiting that somebody would look for. */
const LEAST_WAIT = 0.05;
const INDENTS = ["", "pl-5", "pl-10", "pl-15", "pl-20"];

interface Props {
  followed: FollowedRun;
  run: RunDetail;
  chosen: number | null;
  onChoose(id: number): void;
}

export function Timeline({ followed, run, chosen, onChoose }: Props) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const now = Date.now();
  const axis = { from: Date.parse(run.started_at), to: run.ended_at === null ? now : Date.parse(run.ended_at) };
  const toggle = (map: number) => {
    const next = new Set(open);
    if (!next.delete(map)) next.add(map);
    setOpen(next);
  };
  return (
    <Section title="States over time">
      <p className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className="h-2.5 w-6 rounded-sm bg-busy" /> at work
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className="waiting h-2.5 w-6 rounded-sm text-warn" /> waiting
        </span>
        <span className="ml-auto tabular-nums">0 s to {duration((axis.to - axis.from) / 1000)}</span>
      </p>
      {followed.states.length === 0 && <p className="text-soft">It has entered no state yet.</p>}
      <ol aria-label="States" className="grid grid-cols-[minmax(0,1fr)]">
        {linesOf(followed.states, open).map((line) => (
          <li key={line.key} className="border-t border-line first:border-0">
            {line.kind === "sum" ? (
              <SumRow line={line} onToggle={() => toggle(line.map)} />
            ) : (
              <StateRow
                line={line}
                axis={axis}
                now={now}
                isChosen={line.state.id === chosen}
                onChoose={() => onChoose(line.state.id)}
              />
            )}
          </li>
        ))}
      </ol>
      {followed.hasMore && (
        <Button className="mt-3" busy={followed.isLoading} onClick={followed.loadMore}>
          Later states
        </Button>
      )}
    </Section>
  );
}

interface Axis {
  from: number;
  to: number;
}

interface RowProps {
  line: Extract<Line, { kind: "state" }>;
  axis: Axis;
  now: number;
  isChosen: boolean;
  onChoose(): void;
}

function StateRow({ line, axis, now, isChosen, onChoose }: RowProps) {
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
        <Bar state={state} axis={axis} now={now} />
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

function Bar({ state, axis, now }: { state: RunState; axis: Axis; now: number }) {
  const whole = Math.max(1, axis.to - axis.from);
  const place = (from: number, to: number) => ({
    left: `${Math.min(99.5, Math.max(0, ((from - axis.from) / whole) * 100))}%`,
    width: `max(3px, ${(Math.max(0, to - from) / whole) * 100}%)`,
  });
  const entered = Date.parse(state.entered_at);
  const left = state.exited_at === null ? now : Date.parse(state.exited_at);
  const failed = state.status === "failed" || state.status === "caught";
  const isAround = state.type === "Parallel" || state.type === "Map";
  return (
    <span aria-hidden="true" className="relative block h-2.5 overflow-hidden rounded-sm bg-sunk">
      {isAround && <span className="absolute inset-y-0 rounded-sm border border-edge" style={place(entered, left)} />}
      {spansOf(state, now).map((span) => (
        <span
          key={`${span.kind}-${span.from}`}
          className={classes(
            "absolute inset-y-0",
            span.kind === "waiting" ? "waiting text-warn" : failed ? "bg-bad" : "bg-busy",
          )}
          style={place(span.from, span.to)}
        />
      ))}
    </span>
  );
}

function SumRow({ line, onToggle }: { line: SumLine; onToggle(): void }) {
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
