import { describe, expect, it } from "vitest";
import { failureOf } from "./failure";
import { attempt, run, state, text } from "./samples";

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
