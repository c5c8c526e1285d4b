import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../../api/problems";
import { againAt, againWords, COMMENT, lengthWords } from "./limits";

describe("the length of a question", () => {
  it.each([
    ["a", null],
    ["a".repeat(7_692), "500 characters left"],
    ["a".repeat(8_192), "0 characters left"],
    // Each counts as one, though JavaScript has two.
    ["😀".repeat(8_192), "0 characters left"],
  ])("is spoken of near its end", (question, words) => {
    expect(lengthWords(question)?.words ?? null).toBe(words);
  });

  it("is too much beyond it", () => {
    expect(lengthWords("a".repeat(8_195))).toEqual({
      words: "3 characters too many: a question has 8,192 at most",
      isTooLong: true,
    });
    expect(lengthWords("a".repeat(2_001), COMMENT)?.words).toBe("1 character too many: a comment has 2,000 at most");
  });
});

describe("who asked too often", () => {
  it("is told when to come again, where the service says so", () => {
    expect(againAt(new ApiProblem(429, "questions a minute", [], 42), 1_000)).toBe(43_000);
    expect(againAt(new ApiProblem(429, "x"), 0)).toBeNull();
    expect(againAt(new ApiProblem(503, "x", [], 5), 0)).toBeNull();
    expect(againAt(new TypeError("no network"), 0)).toBeNull();
  });

  it.each([
    [-1, "You may ask again now."],
    [0.2, "You may ask again in 1 s."],
    [42, "You may ask again in 42 s."],
  ])("in %d seconds", (seconds, words) => {
    expect(againWords(1e12 + seconds * 1000, 1e12)).toBe(words);
  });

  it("is told the time where that is later", () => {
    expect(againWords(1e12 + 300_000, 1e12)).toMatch(/^You may ask again at \d\d:\d\d, which is in 5 min 0 s\.$/);
    expect(againWords(1e12 + 86_400_000, 1e12)).toBe("You may ask again in 24 h 0 min.");
  });
});
