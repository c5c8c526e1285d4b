import { describe, expect, it, vi } from "vitest";
import { type Part, placesOf, type RunDetail, readOn, statesOf } from "./history";
import { attempt, run, state, text } from "./samples";

describe("a history", () => {
  it("is read on from where it was read to", async () => {
    const pages: Record<string, RunDetail> = {
      null: run({ states: [state(1)], next_cursor: "a" }),
      a: run({ states: [state(2)], next_cursor: "b" }),
      b: run({ states: [state(3)] }),
    };
    const read = vi.fn(async (cursor: string | null) => pages[String(cursor)] as RunDetail);
    const parts = await readOn([], 9, read);
    expect(parts.map((part) => part.cursor)).toEqual([null, "a", "b"]);
    read.mockClear();
    pages.b = run({ states: [state(3), state(4)], next_cursor: "c" });
    pages.c = run({ states: [state(5)] });
    const more = await readOn(parts, 9, read);
    expect(read.mock.calls.map(([cursor]) => cursor)).toEqual([null, "b", "c"]);
    expect(more.map((part) => part.cursor)).toEqual([null, "a", "b", "c"]);
    expect(statesOf(more).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  it("is not read further than is wanted", async () => {
    const read = vi.fn(async () => run({ next_cursor: "for ever" }));
    expect((await readOn([], 3, read)).length).toBe(3);
  });

  it("puts a state that goes on together", () => {
    const begun = state(1, { status: "waiting", input: text("in"), attempts: [attempt(1, 1, 2)], message_id: "m" });
    const over = state(1, { output: text("out"), attempts: [attempt(2, 3, 4)], continued: true });
    const parts: Part[] = [
      { cursor: null, run: run({ states: [begun] }) },
      { cursor: "a", run: run({ states: [over] }) },
    ];
    const [whole] = statesOf(parts);
    expect(whole).toMatchObject({ status: "succeeded", message_id: "m", input: text("in"), output: text("out") });
    expect(whole?.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(placesOf(parts, 1)).toEqual({ input: null, output: "a" });
    expect(placesOf(parts, 2)).toBeNull();
  });
});
