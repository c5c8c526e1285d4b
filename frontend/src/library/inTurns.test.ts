import { expect, it } from "vitest";
import { inTurns } from "./inTurns";

it("all are done, a few at a time, and who fails keeps nobody back", async () => {
  let atWork = 0;
  let most = 0;
  const over: number[] = [];
  const outcome = await inTurns(
    Array.from({ length: 20 }, (_, number) => number),
    async (number) => {
      most = Math.max(most, ++atWork);
      await Promise.resolve();
      atWork -= 1;
      if (number % 7 === 0) throw new Error(`no ${number}`);
    },
    (number) => over.push(number),
  );
  expect(most).toBe(4);
  expect(outcome.done.length).toBe(17);
  expect(outcome.failed.map(({ item }) => item)).toEqual([0, 7, 14]);
  expect(over).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});
