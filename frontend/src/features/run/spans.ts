// When a state was at work, and when it waited: before a service began, between two attempts, and all of a Wait.
import type { RunState } from "./history";

export interface Span {
  kind: "working" | "waiting";
  /** Milliseconds. */
  from: number;
  to: number;
}

/** The state's spans, in order. One that is not over goes on until `now`, in milliseconds. A state around others has none. */
export function spansOf(state: RunState, now: number): Span[] {
  const entered = Date.parse(state.entered_at);
  const left = state.exited_at === null ? now : Date.parse(state.exited_at);
  if (state.type === "Parallel" || state.type === "Map") return [];
  if (state.type === "Wait") return longer([{ kind: "waiting", from: entered, to: left }]);
  if (state.attempts.length === 0) return longer([{ kind: "working", from: entered, to: left }]);
  const spans: Span[] = [];
  let reached = entered;
  for (const attempt of state.attempts) {
    const began = Date.parse(attempt.started_at ?? attempt.scheduled_at);
    const ended = attempt.ended_at === null ? left : Date.parse(attempt.ended_at);
    spans.push({ kind: "waiting", from: reached, to: began }, { kind: "working", from: began, to: ended });
    reached = ended;
  }
  // It failed, and will be tried again.
  if (state.exited_at === null) spans.push({ kind: "waiting", from: reached, to: now });
  return longer(spans);
}

function longer(spans: Span[]): Span[] {
  return spans.filter((span) => span.to > span.from);
}

/** For how many seconds at least one of the states was at work. */
export function workingSeconds(states: readonly RunState[], now: number): number {
  const working = states
    .flatMap((state) => spansOf(state, now))
    .filter((span) => span.kind === "working")
    .sort((one, other) => one.from - other.from);
  let milliseconds = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of working) {
    milliseconds += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return milliseconds / 1000;
}
