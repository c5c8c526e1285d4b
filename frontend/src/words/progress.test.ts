import { expect, it } from "vitest";
import { type Progress, statusWords } from "./progress";
import { STATUS } from "./status";

const NOW = Date.parse("2026-01-01T10:00:00Z");
const progress = (given: Partial<Progress>): Progress => ({
  state: "running",
  step: 1,
  at: "2026-01-01T09:59:59+00:00",
  since: "2026-01-01T09:59:50+00:00",
  phase: null,
  done: null,
  of: null,
  unit: null,
  reused: null,
  written: [],
  waiting: null,
  usual_seconds: null,
  stalled_after: "2026-01-01T10:01:00+00:00",
  press: { action: "sweep", why: "It was given up." } as Progress["press"],
  ...given,
});

it.each<[string, Partial<Progress> | null, string, string]>([
  ["nothing is known", null, "In work", STATUS.processing.tone],
  ["nothing is counted", {}, "In work", "busy"],
  ["passages are counted", { done: 1_064, of: 2_000, unit: "passages" }, "1,064 of 2,000", "busy"],
  ["nobody knows how many there are", { done: 3, unit: "passages" }, "3", "busy"],
  ["it waits for an instance", { state: "waking", usual_seconds: 300 }, "Waking up", "warn"],
  ["nothing newer came", { stalled_after: "2026-01-01T09:59:59+00:00" }, "Stalled", "bad"],
  ["it waits behind others", { state: "queued", waiting: 12, stalled_after: null }, "In work", "busy"],
])("where %s", (_, given, label, tone) => {
  expect(statusWords("processing", given && progress(given), NOW)).toMatchObject({ label, tone });
});

it("what helps, how long it takes and how many wait is said", () => {
  const means = (given: Partial<Progress>) => statusWords("queued", progress(given), NOW).means;
  expect(means({ stalled_after: "2026-01-01T09:00:00+00:00" })).toBe("It was given up.");
  expect(means({ state: "waking", usual_seconds: 300 })).toContain("5 min");
  expect(means({ state: "queued", waiting: 12 })).toContain("12 operations");
  expect(means({ done: 64, of: 120, unit: "passages" })).toBe("64 of 120 passages");
});
