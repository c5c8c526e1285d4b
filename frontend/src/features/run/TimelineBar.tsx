// When a state was at work, and when it waited, on the run's time. The row beside it says the same in words.
import { classes } from "../../design/classes";
import type { RunState } from "./history";
import { spansOf } from "./spans";

/** The run's time, in milliseconds. */
export interface Axis {
  from: number;
  to: number;
}

export function TimelineBar({ state, axis, now }: { state: RunState; axis: Axis; now: number }) {
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
