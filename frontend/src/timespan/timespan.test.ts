import { expect, it } from "vitest";
import { ANY_TIME, fromInput, timespanIn, timespanQuery, toInput, writeTimespan } from "./timespan";

const NOW = Date.parse("2026-06-15T12:00:00Z");

it.each([
  ["", ""],
  ["span=hour", "span=hour"],
  ["span=constructor", ""],
  ["span=hour&since=2026-06-15T10:30:00Z", "span=hour"],
  ["span=between&since=2026-06-15T12:30:00%2B02:00&until=soon", "span=between&since=2026-06-15T10%3A30%3A00.000Z"],
])("%o in an address is %o", (given, kept) => {
  const written = new URLSearchParams();
  writeTimespan(written, timespanIn(new URLSearchParams(given)));
  expect(written.toString()).toBe(kept);
});

it("is asked for from its beginning, and open where nothing is said", () => {
  expect(timespanQuery(ANY_TIME, NOW)).toEqual({});
  expect(timespanQuery({ ...ANY_TIME, span: "week" }, NOW)).toEqual({ since: "2026-06-08T12:00:00.000Z" });
  const until = "2026-06-15T11:00:00.000Z";
  expect(timespanQuery({ span: "between", since: "", until }, NOW)).toEqual({ until });
});

it("a typed time is that of who types it", () => {
  expect(fromInput(toInput("2026-06-15T10:30:00.000Z"))).toBe("2026-06-15T10:30:00.000Z");
  expect([toInput(""), fromInput("")]).toEqual(["", ""]);
});
