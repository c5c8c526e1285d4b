import { describe, expect, it } from "vitest";
import type { Message } from "../../live/connection";
import { type Line, withMessage } from "./newest";

const line = (doc_hash: string, second: number): Line => ({
  doc_hash,
  title: doc_hash,
  status: "indexed",
  operation: "CREATE",
  version: 1,
  error: null,
  updated_at: `2026-06-15T12:00:0${second}+00:00`,
});
const message = (doc_hash: string, second: number) =>
  ({ ...line(doc_hash, second), at: `2026-06-15T12:00:0${second}+00:00`, status: "processing" }) as unknown as Message;
const names = (lines: readonly Line[]) => lines.map((each) => each.doc_hash);

describe("the newest changes", () => {
  const lines = [line("b", 3), line("a", 1)];

  it("have what changed at their head, and no more than they may", () => {
    expect(names(withMessage(lines, message("a", 5), 2))).toEqual(["a", "b"]);
    expect(names(withMessage(lines, message("c", 5), 2))).toEqual(["c", "b"]);
    expect(names(withMessage(lines, message("c", 2), 2))).toEqual(["b", "c"]);
  });

  it("stay where a message is of before", () => {
    expect(withMessage(lines, message("b", 2), 2)).toBe(lines);
  });
});
