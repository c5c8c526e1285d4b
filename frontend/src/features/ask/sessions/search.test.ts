import { expect, it } from "vitest";
import { isFound } from "./search";

it.each([
  ["", true],
  ["  ", true],
  ["TABLES", true],
  ["tables where", true],
  ["tab", true],
  ["chairs", false],
  ["tables chairs", false],
])("%j in a title", (text, found) => {
  expect(isFound({ title: "Where are the Tide Tables?" }, text)).toBe(found);
});

it("a chat without a title is found by what it is called", () => {
  expect(isFound({ title: null }, "nothing")).toBe(true);
});
