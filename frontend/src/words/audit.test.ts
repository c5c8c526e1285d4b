import { describe, expect, it } from "vitest";
import { actionWords, callerWords, type Entry, runsOf } from "./audit";

const entry = (given: Partial<Entry>): Entry => ({
  id: "9f0c",
  at: "2026-06-15T12:00:00+00:00",
  action: "submitOperation",
  outcome: "accepted",
  caller: { kind: "token", subject: "user_2b", role: "editor" },
  source_ip: null,
  correlation_id: "c7e1",
  doc_hash: null,
  operation: null,
  version: null,
  target: null,
  runs: [],
  status: null,
  error: null,
  ended_at: null,
  ...given,
});

describe("what was asked for", () => {
  it.each<[Partial<Entry>, string]>([
    [{ doc_hash: "a", operation: "DELETE" }, "Deletion"],
    [{ doc_hash: "a", operation: null }, "Operation on a document"],
    [{ action: "deleteFolder", target: "/a" }, "Deletion of a folder"],
    [{ action: "deleteFolder", doc_hash: "a", operation: "DELETE" }, "Deletion with its folder"],
    [{ action: "startReindex" }, "Reindex"],
  ])("%o", (given, words) => {
    expect(actionWords(entry(given))).toBe(words);
  });
});

describe("the runs of an entry", () => {
  const accepted = { doc_hash: "handbook-7", operation: "UPDATE", version: 3 } as const;

  it("are those that it names", () => {
    expect(runsOf(entry({ ...accepted, runs: ["redrive-s3-1"] }))).toEqual(["redrive-s3-1"]);
  });

  it("are that of the version which was accepted", () => {
    expect(runsOf(entry(accepted))).toEqual(["update-handbook-7-3"]);
  });

  it("are none where nothing was accepted, or its name is too long to be known", () => {
    expect(runsOf(entry({ ...accepted, outcome: "refused" }))).toEqual([]);
    expect(runsOf(entry({}))).toEqual([]);
    expect(runsOf(entry({ ...accepted, doc_hash: "x".repeat(79) }))).toEqual([]);
  });
});

it("who asked is the subject, or how they came", () => {
  expect(callerWords({ kind: "token", subject: "user_2b", role: "admin" })).toBe("user_2b");
  expect(callerWords({ kind: "signature", subject: "msg_7", role: null })).toBe("signed request msg_7");
  expect(callerWords({ kind: "nobody", subject: null, role: null })).toBe("nobody who proved anything");
});
