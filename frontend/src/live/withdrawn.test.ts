import { expect, it, vi } from "vitest";
import { Withdrawn } from "./withdrawn";

it("nothing of a deleted document up to its deletion is shown, and what comes after it is", () => {
  const withdrawn = new Withdrawn();
  const listener = vi.fn();
  withdrawn.subscribe(listener);
  withdrawn.add("a", 3);
  withdrawn.add("a", 2); // a message that came late
  expect([1, 3, 4].map((version) => withdrawn.has("a", version))).toEqual([true, true, false]);
  expect(withdrawn.has("b", 1)).toBe(false);
  expect(listener).toHaveBeenCalledOnce();
});
