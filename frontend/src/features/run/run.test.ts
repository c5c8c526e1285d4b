import { describe, expect, it, vi } from "vitest";
import { failureOf } from "./failure";
import { type Part, placesOf, type RunDetail, type RunState, readOn, statesOf } from "./history";
import { spansOf, workingSeconds } from "./spans";
import { linesOf } from "./tree";

const START = Date.parse("2026-06-15T12:00:00Z");
const at = (second: number) => new Date(START + second * 1000).toISOString();
const text = (said: string) => ({ text: said, length: said.length, cut: false });

function state(id: number, given: Partial<RunState> = {}): RunState {
  return {
    id,
    name: `S${id}`,
    path: `S${id}`,
    type: "Task",
    parent: null,
    iteration: null,
    branch: null,
    status: "succeeded",
    entered_at: at(id),
    exited_at: at(id + 1),
    working_seconds: 1,
    waiting_seconds: 0,
    attempts: [],
    input: null,
    output: null,
    message_id: null,
    continued: false,
    ...given,
  };
}

function attempt(number: number, from: number, to: number | null, given: Partial<RunState["attempts"][0]> = {}) {
  const over = { number, status: "succeeded" as const, scheduled_at: at(from), started_at: at(from), error: null };
  return { ...over, ended_at: to === null ? null : at(to), cause: null, ...given };
}

function run(given: Partial<RunDetail> = {}): RunDetail {
  return {
    id: "update-d-1",
    name: "d-1",
    state_machine: "update",
    status: "running",
    started_at: at(0),
    ended_at: null,
    document: null,
    operation_id: null,
    error_type: null,
    redrives: 0,
    execution_arn: "arn",
    history: true,
    input: null,
    output: null,
    error: null,
    chunks: null,
    withheld: false,
    links: {} as RunDetail["links"],
    states: [],
    next_cursor: null,
    ...given,
  };
}

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

describe("time", () => {
  const kinds = (given: RunState, now = 100) =>
    spansOf(given, START + now * 1000).map(({ kind, from, to }) => [kind, (from - START) / 1000, (to - START) / 1000]);

  it("of an attempt is work, that before and between attempts is waiting", () => {
    const tried = state(0, {
      exited_at: at(9),
      attempts: [attempt(1, 0, 2, { started_at: at(1) }), attempt(2, 5, 9)],
    });
    expect(kinds(tried)).toEqual([
      ["waiting", 0, 1],
      ["working", 1, 2],
      ["waiting", 2, 5],
      ["working", 5, 9],
    ]);
  });

  it("goes on until now while the state is not over", () => {
    expect(kinds(state(0, { exited_at: null, attempts: [attempt(1, 0, null)] }), 7)).toEqual([["working", 0, 7]]);
    expect(kinds(state(0, { exited_at: null, attempts: [attempt(1, 0, 2)] }), 7)).toEqual([
      ["working", 0, 2],
      ["waiting", 2, 7],
    ]);
  });

  it("of a Wait is waiting, and that of what is around others is theirs", () => {
    expect(kinds(state(0, { type: "Wait", exited_at: at(3) }))).toEqual([["waiting", 0, 3]]);
    expect(kinds(state(0, { type: "Map" }))).toEqual([]);
  });

  it("at which several worked counts once", () => {
    const branches = [
      state(1, { attempts: [attempt(1, 1, 4)] }),
      state(2, { attempts: [attempt(1, 2, 5)] }),
      state(3, { attempts: [attempt(1, 8, 9)] }),
    ];
    expect(workingSeconds(branches, START)).toBe(5);
  });
});

describe("the lines", () => {
  const batch = (iteration: number, given: Partial<RunState> = {}) =>
    state(10 + iteration, { name: "Batch", parent: 1, iteration, ...given });

  it("have branches one after the other", () => {
    const lines = linesOf(
      [
        state(1, { type: "Parallel" }),
        state(2, { parent: 1, branch: 0 }),
        state(3, { parent: 1, branch: 1 }),
        state(4, { parent: 1, branch: 0 }),
        state(5),
      ],
      new Set(),
    );
    expect(lines.map((line) => [line.key, line.depth])).toEqual([
      ["1", 0],
      ["2", 1],
      ["4", 1],
      ["3", 1],
      ["5", 0],
    ]);
  });

  it("have many iterations that went well as one, and the others by themselves", () => {
    const states = [
      state(1, { type: "Map" }),
      ...[0, 1, 2, 3].map((iteration) => batch(iteration)),
      batch(4, { attempts: [attempt(1, 0, 1), attempt(2, 1, 2)] }),
      batch(5, { status: "caught" }),
    ];
    const lines = linesOf(states, new Set());
    expect(lines.map((line) => line.key)).toEqual(["1", "sum-1", "14", "15"]);
    expect(lines[1]).toMatchObject({ iterations: 4, names: ["Batch"], shortest: 1, longest: 1, open: false });
    expect(linesOf(states, new Set([1])).map((line) => [line.key, line.depth])).toEqual([
      ["1", 0],
      ["sum-1", 1],
      ["10", 2],
      ["11", 2],
      ["12", 2],
      ["13", 2],
      ["14", 1],
      ["15", 1],
    ]);
  });

  it("have few iterations each by itself", () => {
    const lines = linesOf([state(1, { type: "Map" }), batch(0), batch(1)], new Set());
    expect(lines.map((line) => line.key)).toEqual(["1", "10", "11"]);
  });
});

describe("what a run failed at", () => {
  const refused = { status: "failed" as const, error: "VectorIndexRejected", cause: text("no such index") };

  it("is nothing of one that is under way or went well", () => {
    expect(failureOf(run(), [])).toBeNull();
    expect(failureOf(run({ status: "succeeded" }), [state(1, { status: "caught" })])).toBeNull();
  });

  it("is the state with the error that the run ended with", () => {
    const chunk = state(1, {
      status: "caught",
      attempts: [attempt(1, 1, 2, { ...refused, error: "ExtractionFailed" })],
    });
    const later = state(2, { status: "caught", attempts: [attempt(1, 3, 4, refused)] });
    const failure = failureOf(run({ status: "failed", error: { type: "ExtractionFailed", cause: null } }), [
      chunk,
      later,
    ]);
    expect([failure?.state?.id, failure?.type, failure?.cause]).toEqual([1, "ExtractionFailed", "no such index"]);
  });

  it("is what a dead letter was made of", () => {
    const write = state(1, { status: "caught", attempts: [attempt(1, 1, 2, refused)] });
    const failure = failureOf(run({ status: "failed", error: { type: "DeadLettered", cause: text("x") } }), [
      write,
      state(2, { type: "Fail", status: "failed" }),
    ]);
    expect([failure?.state?.id, failure?.type]).toEqual([1, "VectorIndexRejected"]);
  });

  it("is where one that was ended stood, or what is known where nothing is", () => {
    expect(failureOf(run({ status: "aborted" }), [state(1), state(2, { status: "aborted" })])?.state?.id).toBe(2);
    expect(failureOf(run({ status: "failed", error_type: "ForgottenByStepFunctions" }), [])).toEqual({
      state: null,
      type: "ForgottenByStepFunctions",
      cause: null,
    });
  });
});
