// Which state a run failed at: where to look first.
import { endedBadly } from "../../words/runs";
import type { RunDetail, RunState } from "./history";

export interface Failure {
  /** Null where the part of the history that is known has none. */
  state: RunState | null;
  /** The error's type, such as `VectorIndexRejected`. */
  type: string;
  /** What it says of itself; null where it is withheld, or nothing was said. */
  cause: string | null;
}

/** Null for a run that is under way or went well. */
export function failureOf(run: RunDetail, states: readonly RunState[]): Failure | null {
  if (!endedBadly(run.status)) return null;
  const type = run.error?.type ?? run.error_type ?? run.status;
  const failed = states.filter((state) => errorOf(state) !== null).sort((one, other) => endOf(one) - endOf(other));
  // What the run itself ended with; else the last error, such as that which a branch made a dead letter of.
  const state = failed.findLast((each) => errorOf(each)?.error === type) ?? failed.at(-1);
  if (state !== undefined) {
    const { error, cause } = errorOf(state) ?? { error: type, cause: null };
    return { state, type: error, cause: cause ?? run.error?.cause?.text ?? null };
  }
  const left = states.findLast((each) => each.status === "aborted" || each.status === "failed") ?? null;
  return { state: left, type, cause: run.error?.cause?.text ?? null };
}

/** The error that a state's last attempt ended with, if the state did not end well. */
export function errorOf(state: RunState): { error: string; cause: string | null } | null {
  if (state.status !== "failed" && state.status !== "caught" && state.status !== "waiting") return null;
  const last = state.attempts.findLast((attempt) => attempt.error !== null);
  return last?.error ? { error: last.error, cause: last.cause?.text ?? null } : null;
}

function endOf(state: RunState): number {
  return Date.parse(state.exited_at ?? state.entered_at);
}
