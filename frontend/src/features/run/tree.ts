// The states as lines of a tree, those of a Parallel branch by branch, those of a Map iteration by iteration. Iterations that
// went well at once are one line where they are many.
import type { RunState } from "./history";

export interface StateLine {
  kind: "state";
  key: string;
  depth: number;
  state: RunState;
}

export interface SumLine {
  kind: "sum";
  key: string;
  depth: number;
  /** The Map that the iterations are of. */
  map: number;
  iterations: number;
  names: string[];
  /** Seconds of the shortest and of the longest one. */
  shortest: number;
  longest: number;
  /** Whether each of them is a line below this one. */
  open: boolean;
}

export type Line = StateLine | SumLine;

const SUMMED_UP_FROM = 4;

/** The lines; `open` has the Maps whose iterations are shown one by one. */
export function linesOf(states: readonly RunState[], open: ReadonlySet<number>): Line[] {
  const inside = new Map<number | null, RunState[]>();
  for (const state of states) inside.set(state.parent, [...(inside.get(state.parent) ?? []), state]);
  return [...below(inside, null, 0, open)];
}

type Inside = ReadonlyMap<number | null, RunState[]>;

function* below(inside: Inside, parent: number | null, depth: number, open: ReadonlySet<number>): Generator<Line> {
  const parts = partsOf(inside.get(parent) ?? []);
  const well = parts.filter((part) => isIteration(part) && wentWell(inside, part));
  const summed = parent !== null && well.length >= SUMMED_UP_FROM;
  if (summed) yield sum(well, parent, depth, open.has(parent));
  for (const part of parts) {
    const isInSum = summed && well.includes(part);
    if (isInSum && !open.has(parent)) continue;
    for (const state of part) {
      yield { kind: "state", key: `${state.id}`, depth: isInSum ? depth + 1 : depth, state };
      yield* below(inside, state.id, (isInSum ? depth + 1 : depth) + 1, open);
    }
  }
}

/** The states of each iteration, or of each branch, in their order. */
function partsOf(states: readonly RunState[]): RunState[][] {
  const parts = new Map<string, RunState[]>();
  for (const state of states) {
    const name = `${state.iteration ?? -1}/${state.branch ?? 0}`;
    parts.set(name, [...(parts.get(name) ?? []), state]);
  }
  return [...parts.values()].sort(
    ([one], [other]) => (one?.iteration ?? -1) - (other?.iteration ?? -1) || (one?.branch ?? 0) - (other?.branch ?? 0),
  );
}

function isIteration(part: readonly RunState[]): boolean {
  return part[0]?.iteration !== null;
}

function wentWell(inside: Inside, part: readonly RunState[]): boolean {
  return part.every(
    (state) =>
      state.status === "succeeded" && state.attempts.length <= 1 && wentWell(inside, inside.get(state.id) ?? []),
  );
}

function sum(parts: readonly RunState[][], map: number, depth: number, open: boolean): SumLine {
  const took = parts.map((part) => {
    const last = part.at(-1);
    return (Date.parse(last?.exited_at ?? last?.entered_at ?? "") - Date.parse(part[0]?.entered_at ?? "")) / 1000;
  });
  return {
    kind: "sum",
    key: `sum-${map}`,
    depth,
    map,
    iterations: parts.length,
    names: [...new Set(parts[0]?.map((state) => state.name))],
    shortest: Math.min(...took),
    longest: Math.max(...took),
    open,
  };
}
