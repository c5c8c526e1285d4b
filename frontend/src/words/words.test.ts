import { describe, expect, it } from "vitest";
import { ApiProblem } from "../api/problems";
import { many, size } from "./number";
import { details, inWords } from "./problems";
import { ago, duration } from "./time";

const NOW = Date.parse("2026-06-15T12:00:00Z");
const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

describe("a time", () => {
  it.each([
    [0, "just now"],
    [-3, "just now"],
    [50, "1 minute ago"],
    [59, "1 minute ago"],
    [300, "5 minutes ago"],
    [3_590, "1 hour ago"],
    [7_200, "2 hours ago"],
    [86_400, "yesterday"],
    [3 * 86_400, "3 days ago"],
    [400 * 86_400, "last year"],
  ])("of %d seconds ago is %s", (seconds, expected) => {
    expect(ago(before(seconds), NOW)).toBe(expected);
  });

  it.each([
    [1.23, "1.2 s"],
    [59.7, "60 s"],
    [185, "3 min 5 s"],
    [7_500, "2 h 5 min"],
  ])("that %d seconds took is %s", (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });
});

it("numbers go with their words", () => {
  expect([many(1, "document"), many(12_000, "document"), many(0, "entry", "entries")]).toEqual([
    "1 document",
    "12,000 documents",
    "0 entries",
  ]);
  expect([size(1), size(1_500), size(2_500_000)]).toEqual(["1 byte", "1.5 kB", "2.5 MB"]);
});

describe("an error", () => {
  it("says what to do, whatever it is", () => {
    for (const status of [400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 502, 503, 504]) {
      const { what, advice } = inWords(new ApiProblem(status, ""));
      expect(what.length * advice.length).toBeGreaterThan(0);
    }
    expect(inWords(new TypeError("Failed to fetch")).what).toContain("cannot be reached");
  });

  it("has what the service says of it, field by field", () => {
    const error = new ApiProblem(422, "folder: no", [{ field: "folder", detail: "must begin with /" }]);
    expect(details(error)).toEqual(["folder: must begin with /"]);
    expect(details(new ApiProblem(409, "version 5 is the latest"))).toEqual(["version 5 is the latest"]);
  });
});
