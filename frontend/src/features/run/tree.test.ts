import { describe, expect, it } from "vitest";
import type { RunState } from "./history";
import { attempt, state } from "./samples";
import { linesOf } from "./tree";

describe("the lines", () => {
  const batch = (iteration: number, given: Partial<RunState> = {}) =>
    state(10 + iteration, { name: "Batch", parent: 1, iteration, ...given });

  it("have branches one after the other", () => {
    const lines = linesOf(
      [
        state(1, { type: "Parallel" }),
        state(2, { parent: 1, branch: 0 }),
        state(3, { parent: 1, branch: 1 }),
        state(4, { parent: 1, branch: 0 }),
        state(5),
      ],
      new Set(),
    );
    expect(lines.map((line) => [line.key, line.depth])).toEqual([
      ["1", 0],
      ["2", 1],
      ["4", 1],
      ["3", 1],
      ["5", 0],
    ]);
  });

  it("have many iterations that went well as one, and the others by themselves", () => {
    const states = [
      state(1, { type: "Map" }),
      ...[0, 1, 2, 3].map((iteration) => batch(iteration)),
      batch(4, { attempts: [attempt(1, 0, 1), attempt(2, 1, 2)] }),
      batch(5, { status: "caught" }),
    ];
    const lines = linesOf(states, new Set());
    expect(lines.map((line) => line.key)).toEqual(["1", "sum-1", "14", "15"]);
    expect(lines[1]).toMatchObject({ iterations: 4, names: ["Batch"], shortest: 1, longest: 1, open: false });
    expect(linesOf(states, new Set([1])).map((line) => [line.key, line.depth])).toEqual([
      ["1", 0],
      ["sum-1", 1],
      ["10", 2],
      ["11", 2],
      ["12", 2],
      ["13", 2],
      ["14", 1],
      ["15", 1],
    ]);
  });

  it("have few iterations each by itself", () => {
    const lines = linesOf([state(1, { type: "Map" }), batch(0), batch(1)], new Set());
    expect(lines.map((line) => line.key)).toEqual(["1", "10", "11"]);
  });
});
