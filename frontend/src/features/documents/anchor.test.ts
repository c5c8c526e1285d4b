import { expect, it } from "vitest";
import { anchorAt, scrollTopOf } from "./anchor";

const KEYS = ["a", "b", "c", "d", "e"];

it("the row at the edge stays there when rows above it go", () => {
  const anchor = anchorAt(KEYS, 125, 50);
  expect(anchor).toEqual({ key: "c", above: 25 });
  expect(anchor && scrollTopOf(["b", "c", "d", "e"], anchor, 50)).toBe(75);
});

it("and when rows come above it, or rows get another height", () => {
  const anchor = { key: "c", above: 25 };
  expect(scrollTopOf(["x", "y", ...KEYS], anchor, 50)).toBe(225);
  expect(scrollTopOf(KEYS, anchor, 70)).toBe(165);
});

it("at its beginning a list shows what is first", () => {
  expect(anchorAt(KEYS, 0, 50)).toBeNull();
});

it("a row that is gone holds nothing", () => {
  expect(scrollTopOf(["a"], { key: "c", above: 0 }, 50)).toBeNull();
});
