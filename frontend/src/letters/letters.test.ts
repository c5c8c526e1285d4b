import { expect, it } from "vitest";
import { grouped, type Letter } from "./letters";

const letter = (message_id: string, type?: string): Letter => ({
  message_id,
  age_seconds: 1,
  ...(type !== undefined && { error: { type, message: "" } }),
});

it("letters are put together by their error, the most first", () => {
  const groups = grouped([letter("a", "One"), letter("b"), letter("c", "Two"), letter("d", "Two")]);
  expect(groups.map(({ error, letters }) => [error, letters.map((each) => each.message_id)])).toEqual([
    ["Two", ["c", "d"]],
    ["One", ["a"]],
    [null, ["b"]],
  ]);
});
