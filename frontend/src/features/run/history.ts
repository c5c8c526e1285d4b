// A run's history in parts, as the API gives it, and its states put together. As `merge` in
// `functions/bloomweaver/runs/states.py` has it.
import type { Schemas } from "../../api/client";

export type RunDetail = Schemas["RunDetail"];
export type RunState = Schemas["RunState"];

export interface Part {
  /** What it was asked for with; null is the beginning. */
  cursor: string | null;
  run: RunDetail;
}

/** Reads the part of this cursor. */
export type ReadPart = (cursor: string | null) => Promise<RunDetail>;

/**
 * The history as it is now, of which `known` was read before: what is in the middle of it does not change any more, so only its
 * beginning, which says how the run stands, and its last part are read again. Reads on until there are `wanted` parts.
 */
export async function readOn(known: readonly Part[], wanted: number, read: ReadPart): Promise<Part[]> {
  const parts: Part[] = [{ cursor: null, run: await read(null) }, ...known.slice(1, -1)];
  const last = known.length > 1 ? known.at(-1) : undefined;
  if (last) parts.push({ cursor: last.cursor, run: await read(last.cursor) });
  for (let next = parts.at(-1)?.run.next_cursor ?? null; next !== null && parts.length < wanted; ) {
    const run = await read(next);
    parts.push({ cursor: next, run });
    next = run.next_cursor;
  }
  return parts;
}

/** The states of all parts, in the order in which they were entered. */
export function statesOf(parts: readonly Part[]): RunState[] {
  const merged = new Map<number, RunState>();
  for (const state of parts.flatMap((part) => part.run.states)) {
    const before = merged.get(state.id);
    merged.set(state.id, before === undefined ? state : goneOn(before, state));
  }
  return [...merged.values()];
}

function goneOn(before: RunState, later: RunState): RunState {
  const attempts = new Map([...before.attempts, ...later.attempts].map((attempt) => [attempt.number, attempt]));
  return {
    ...later,
    attempts: [...attempts.values()],
    input: before.input,
    message_id: later.message_id ?? before.message_id,
    continued: before.continued,
  };
}

/** The cursors of the parts that have the state's input and its output: where it begins, and the last one that has it. */
export function placesOf(parts: readonly Part[], id: number): { input: string | null; output: string | null } | null {
  const having = parts.filter((part) => part.run.states.some((state) => state.id === id));
  const first = having[0];
  const last = having.at(-1);
  return first && last ? { input: first.cursor, output: last.cursor } : null;
}
