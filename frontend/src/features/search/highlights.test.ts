import { expect, it } from "vitest";
import { pieces } from "./highlights";

const shown = (text: string, places: { start: number; end: number }[]) =>
  pieces(text, places)
    .map((piece) => (piece.marked ? `[${piece.text}]` : piece.text))
    .join("");

it.each([
  ["no place", "abc", [], "abc"],
  [
    "both ends",
    "abcde",
    [
      { start: 0, end: 1 },
      { start: 4, end: 5 },
    ],
    "[a]bcd[e]",
  ],
  ["letters that JavaScript counts twice", "a😀b keys", [{ start: 4, end: 8 }], "a😀b [keys]"],
  [
    "places in another order, over each other",
    "abcdef",
    [
      { start: 3, end: 5 },
      { start: 1, end: 4 },
    ],
    "a[bcd][e]f",
  ],
  [
    "a place that is beyond the end",
    "abc",
    [
      { start: 2, end: 9 },
      { start: 12, end: 14 },
    ],
    "ab[c]",
  ],
  ["nothing", "", [], ""],
])("%s", (_, text, places, expected) => {
  expect(shown(text, places)).toBe(expected);
});
