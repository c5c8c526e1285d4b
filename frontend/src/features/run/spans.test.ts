import { describe, expect, it } from "vitest";
import type { RunState } from "./history";
import { at, attempt, START, state } from "./samples";
import { spansOf, workingSeconds } from "./spans";

describe("time", () => {
  const kinds = (given: RunState, now = 100) =>
    spansOf(given, START + now * 1000).map(({ kind, from, to }) => [kind, (from - START) / 1000, (to - START) / 1000]);

  it("of an attempt is work, that before and between attempts is waiting", () => {
    const tried = state(0, {
      exited_at: at(9),
      attempts: [attempt(1, 0, 2, { started_at: at(1) }), attempt(2, 5, 9)],
    });
    expect(kinds(tried)).toEqual([
      ["waiting", 0, 1],
      ["working", 1, 2],
      ["waiting", 2, 5],
      ["working", 5, 9],
    ]);
  });

  it("goes on until now while the state is not over", () => {
    expect(kinds(state(0, { exited_at: null, attempts: [attempt(1, 0, null)] }), 7)).toEqual([["working", 0, 7]]);
    expect(kinds(state(0, { exited_at: null, attempts: [attempt(1, 0, 2)] }), 7)).toEqual([
      ["working", 0, 2],
      ["waiting", 2, 7],
    ]);
  });

  it("of a Wait is waiting, and that of what is around others is theirs", () => {
    expect(kinds(state(0, { type: "Wait", exited_at: at(3) }))).toEqual([["waiting", 0, 3]]);
    expect(kinds(state(0, { type: "Map" }))).toEqual([]);
  });

  it("at which several worked counts once", () => {
    const branches = [
      state(1, { attempts: [attempt(1, 1, 4)] }),
      state(2, { attempts: [attempt(1, 2, 5)] }),
      state(3, { attempts: [attempt(1, 8, 9)] }),
    ];
    expect(workingSeconds(branches, START)).toBe(5);
  });
});
