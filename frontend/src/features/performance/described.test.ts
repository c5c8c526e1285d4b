import { describe, expect, it } from "vitest";
import type { Figure, Summary } from "../../figures/figures";
import { clock } from "../../words/time";
import { described, startOf } from "./described";
import { otherGroups, routeGroups, toldValue } from "./panels";
import { addressOf, minutesIn } from "./view";

const figure = (given: Partial<Figure>): Figure => ({
  name: "requests",
  of: null,
  unit: "count",
  points: [null, null],
  latest: null,
  latest_at: null,
  overall: null,
  missing: "nothing of it was measured in this time",
  ...given,
});
const summary = (figures: Figure[]): Summary => ({
  as_of: "2026-06-15T12:05:30+00:00",
  since: "2026-06-15T12:00:00+00:00",
  until: "2026-06-15T12:05:00+00:00",
  period_seconds: 60,
  figures,
});
const titles = (found: Summary) => routeGroups(found).map((group) => group.title);

describe("a chart in words", () => {
  const p50 = figure({
    name: "duration_p50",
    of: "search",
    unit: "milliseconds",
    points: [20, 81, null, 30, 25],
    latest: 25,
    missing: null,
  });
  const p95 = figure({ name: "duration_p95", of: "search", unit: "milliseconds" });
  const found = summary([p50, p95]);
  const panel = routeGroups(found)[0]?.panels[1];

  it("has the newest and highest value, and says what was not measured", () => {
    expect(panel && described(panel, found)).toBe(
      `Duration from ${clock(found.since)} to ${clock(found.until)}. half of them: newest 25 ms, highest 81 ms at ` +
        `${clock("2026-06-15T12:01:00Z")}, 1 of 5 points not measured. ` +
        "95 of 100: not measured, nothing of it was measured in this time.",
    );
  });

  it("places points by the period", () => {
    expect(startOf(found, 3)).toBe("2026-06-15T12:03:00.000Z");
  });
});

describe("the panels", () => {
  it("are of the groups of routes that there are", () => {
    expect(titles(summary([figure({ of: "search" }), figure({ of: "all" })]))).toEqual(["All requests", "Search"]);
  });

  it("have a line for each queue, also one that nobody has named", () => {
    const queues = ["create", "run_changes", "constructor"].map((of) => figure({ name: "queue_depth", of }));
    const waiting = otherGroups(summary(queues)).find((group) => group.title === "Queues")?.panels[0];
    expect(waiting?.lines.map((line) => line.label)).toEqual(["New documents", "Lists of runs", "constructor"]);
  });

  it("tell what is counted of the whole time, and what is measured as it is now", () => {
    const line = { label: "", figure: figure({ latest: 3, overall: 40 }) };
    expect([toldValue(line, "in all"), toldValue(line, "newest")]).toEqual([40, 3]);
  });
});

it.each([
  ["", 60],
  ["?minutes=1440", 1440],
  ["?minutes=7", 60],
  ["?minutes=toString", 60],
])("%o in the address is %d minutes", (search, minutes) => {
  expect(minutesIn(search)).toBe(minutes);
  expect(minutesIn(new URL(addressOf(minutes), "http://x").search)).toBe(minutes);
});
