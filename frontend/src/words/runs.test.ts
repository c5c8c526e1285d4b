import { expect, it } from "vitest";
import { causeInWords } from "./causes";
import { runIdOf, runName, secondsOf } from "./runs";

const document = { doc_hash: "handbook-7", version: 3, attempt: 0, operation: "UPDATE" as const };

it("a run is called by what it does", () => {
  expect(runName({ document, state_machine: "update", name: "handbook-7-3" })).toBe("Update of handbook-7, version 3");
  expect(runName({ document: { ...document, operation: "CLEAN" }, state_machine: "delete", name: "x" })).toBe(
    "Removal of leftovers of handbook-7, version 3",
  );
  expect(runName({ document: null, state_machine: "redrive", name: "s3-1" })).toBe("Redrive s3-1");
});

it("a letter leads to its run", () => {
  const arn = "arn:aws:states:eu-central-1:123456789012:execution:DeleteStateMachine:handbook-7-3";
  expect([runIdOf("DELETE", arn), runIdOf("CLEAN", arn), runIdOf("UPDATE", arn)]).toEqual([
    "delete-handbook-7-3",
    "delete-handbook-7-3",
    "update-handbook-7-3",
  ]);
});

it("a run took from its beginning to its end", () => {
  const started_at = "2026-06-15T12:00:00+00:00";
  expect(secondsOf({ started_at, ended_at: "2026-06-15T12:00:02.500+00:00" })).toBe(2.5);
  expect(secondsOf({ started_at, ended_at: null })).toBeNull();
});

it("an error that nobody described is told by its name", () => {
  expect(causeInWords("ExtractionFailed").what).toContain("No text");
  expect(causeInWords("Lambda.Unknown").what).toContain("A function died");
  expect(causeInWords("SomethingNew").what).toContain("SomethingNew");
});
