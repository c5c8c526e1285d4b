// States and runs for tests: the same but for what a test gives.
import type { RunDetail, RunState } from "./history";

export const START = Date.parse("2026-06-15T12:00:00Z");
export const at = (second: number) => new Date(START + second * 1000).toISOString();
export const text = (said: string) => ({ text: said, length: said.length, cut: false });

export function state(id: number, given: Partial<RunState> = {}): RunState {
  return {
    id,
    name: `S${id}`,
    path: `S${id}`,
    type: "Task",
    parent: null,
    iteration: null,
    branch: null,
    status: "succeeded",
    entered_at: at(id),
    exited_at: at(id + 1),
    working_seconds: 1,
    waiting_seconds: 0,
    attempts: [],
    input: null,
    output: null,
    message_id: null,
    continued: false,
    ...given,
  };
}

export function attempt(number: number, from: number, to: number | null, given: Partial<RunState["attempts"][0]> = {}) {
  const over = { number, status: "succeeded" as const, scheduled_at: at(from), started_at: at(from), error: null };
  return { ...over, ended_at: to === null ? null : at(to), cause: null, ...given };
}

export function run(given: Partial<RunDetail> = {}): RunDetail {
  return {
    id: "update-d-1",
    name: "d-1",
    state_machine: "update",
    status: "running",
    started_at: at(0),
    ended_at: null,
    document: null,
    operation_id: null,
    error_type: null,
    redrives: 0,
    execution_arn: "arn",
    history: true,
    input: null,
    output: null,
    error: null,
    chunks: null,
    withheld: false,
    links: {} as RunDetail["links"],
    states: [],
    next_cursor: null,
    ...given,
  };
}
