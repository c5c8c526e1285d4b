import { describe, expect, it } from "vitest";
import { type Figure, figure, fleetOf, said } from "./figures";

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
  const fleet = (serving: Figure, wanted: Figure) => fleetOf({ figures: [serving, wanted] });

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
    expect(figure({ figures: [queue] }, "queue_depth", "create")).toBe(queue);
    expect(figure({ figures: [queue] }, "queue_depth")).toBeNull();
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
});
