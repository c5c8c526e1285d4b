import { expect, it } from "vitest";
import { rowAfter, rowsOfPage } from "./listKeys";

it.each([
  ["ArrowDown", 3, 4],
  ["ArrowUp", 3, 2],
  ["ArrowUp", 0, 0],
  ["ArrowDown", 9, 9],
  ["PageDown", 1, 5],
  ["PageDown", 8, 9],
  ["PageUp", 2, 0],
  ["Home", 7, 0],
  ["End", 7, 9],
])("%s leads from row %d to row %d", (key, active, expected) => {
  expect(rowAfter(key, active, 4, 10)).toBe(expected);
});

it("other keys lead nowhere, and none does in an empty list", () => {
  expect(rowAfter("Enter", 3, 4, 10)).toBeNull();
  expect(rowAfter("constructor", 3, 4, 10)).toBeNull();
  expect(rowAfter("End", 0, 4, 0)).toBeNull();
});

it("a page leaves one row of what was seen, and moves on by one at least", () => {
  expect(rowsOfPage(600, 60)).toBe(9);
  expect(rowsOfPage(50, 60)).toBe(1);
});
