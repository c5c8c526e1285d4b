// The rows of the list of runs, and what a look at its beginning makes of them.
import type { Run } from "../../words/runs";

export interface RunRows {
  runs: Run[];
  /** Runs that began after the newest row, and are not shown yet. */
  fresh: number;
}

/**
 * The first page as it was, with what a newer look at it says: rows keep their places, those that are not of the list any
 * more go, and those that began since are counted and not shown. `more` says whether the newer page has another one after it.
 */
export function looked(before: readonly Run[], now: readonly Run[], more: boolean): RunRows {
  const newest = before[0]?.started_at;
  if (newest === undefined) return { runs: [...now], fresh: 0 };
  const found = new Map(now.map((run) => [run.id, run]));
  const known = new Set(before.map((run) => run.id));
  const last = now.at(-1)?.started_at;
  const runs: Run[] = [];
  for (const run of before) {
    const newer = found.get(run.id);
    if (newer) runs.push(newer);
    // What is older than the newer page has was pushed off its end.
    else if (more && last !== undefined && Date.parse(run.started_at) <= Date.parse(last)) runs.push(run);
  }
  const fresh = now.filter((run) => !known.has(run.id) && Date.parse(run.started_at) >= Date.parse(newest));
  return { runs, fresh: fresh.length };
}
