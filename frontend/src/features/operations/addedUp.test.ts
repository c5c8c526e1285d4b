import { expect, it } from "vitest";
import { addedUp } from "./addedUp";

it("counts of parts are put together", () => {
  expect(addedUp([{ one: 2 }, { one: 3, two: 1 }])).toEqual({ one: 5, two: 1 });
  expect(addedUp([])).toEqual({});
});
