import { describe, expect, it } from "vitest";
import type { Message } from "../../live/connection";
import { type Figure, figure, fleetOf, said, stretches } from "./figures";
import { type Line, withMessage } from "./newest";

const line = (doc_hash: string, second: number): Line => ({
  doc_hash,
  title: doc_hash,
  status: "indexed",
  operation: "CREATE",
  version: 1,
  error: null,
  updated_at: `2026-06-15T12:00:0${second}+00:00`,
});
const message = (doc_hash: string, second: number) =>
  ({ ...line(doc_hash, second), at: `2026-06-15T12:00:0${second}+00:00`, status: "processing" }) as unknown as Message;
const names = (lines: readonly Line[]) => lines.map((each) => each.doc_hash);

describe("the newest changes", () => {
  const lines = [line("b", 3), line("a", 1)];

  it("have what changed at their head, and no more than they may", () => {
    expect(names(withMessage(lines, message("a", 5), 2))).toEqual(["a", "b"]);
    expect(names(withMessage(lines, message("c", 5), 2))).toEqual(["c", "b"]);
    expect(names(withMessage(lines, message("c", 2), 2))).toEqual(["b", "c"]);
  });

  it("stay where a message is of before", () => {
    expect(withMessage(lines, message("b", 2), 2)).toBe(lines);
  });
});

describe("figures", () => {
  const of = (name: Figure["name"], latest: number | null, missing: string | null = null): Figure => ({
    name,
    of: null,
    unit: "count",
    points: [],
    latest,
    latest_at: null,
    overall: null,
    missing,
  });
  const fleet = (serving: Figure, wanted: Figure) => fleetOf({ as_of: "", figures: [serving, wanted] });

  it("tell how the fleet stands", () => {
    expect(fleet(of("fleet_in_service", 0), of("fleet_desired", 0))).toBe("asleep");
    expect(fleet(of("fleet_in_service", 0), of("fleet_desired", 1))).toBe("waking");
    expect(fleet(of("fleet_in_service", 1), of("fleet_desired", 2))).toBe("up");
    const missing = "this deployment has no fleet";
    expect(fleet(of("fleet_in_service", null, missing), of("fleet_desired", null, missing))).toBe("none");
    expect(fleet(of("fleet_in_service", null), of("fleet_desired", 1))).toBe("unknown");
  });

  it("are found by their name and what they are of", () => {
    const queue = { ...of("queue_depth", 3), of: "create" };
    expect(figure({ as_of: "", figures: [queue] }, "queue_depth", "create")).toBe(queue);
    expect(figure({ as_of: "", figures: [queue] }, "queue_depth")).toBeNull();
  });

  it.each<[number, Figure["unit"], string]>([
    [1234.4, "count", "1,234"],
    [0.034, "share", "3.4 %"],
    [81, "milliseconds", "81 ms"],
    [2_500, "milliseconds", "2.5 s"],
    [12.345, "per_second", "12 a second"],
    [75, "seconds", "1 min 15 s"],
  ])("%d as %s is %s", (value, unit, expected) => {
    expect(said(value, unit)).toBe(expected);
  });

  it("are drawn in stretches of what is known", () => {
    expect(stretches([0, 2, null, 1, 1], 40, 10)).toEqual(["0.0,10.0 10.0,0.0", "30.0,5.0 40.0,5.0"]);
    expect(stretches([null, 3], 40, 10)).toEqual([]);
  });
});
