import { describe, expect, it } from "vitest";
import { FIRST } from "../../library/view";
import type { Message } from "../../live/connection";
import { applied, type Row, type RowPage, rowOf } from "./rows";

const row = (doc_hash: string, given: Partial<Row> = {}): Row => ({
  doc_hash,
  title: doc_hash,
  folder: "/a",
  status: "processing",
  operation: "CREATE",
  version: 1,
  indexed_version: 0,
  error: null,
  updated_at: "2026-01-01T10:00:00+00:00",
  ...given,
});
const message = (doc_hash: string, given: Partial<Message> = {}): Message => ({
  ...row(doc_hash, { status: "indexed", indexed_version: 1 }),
  topic: "documents",
  type: "document",
  at: "2026-01-01T10:00:01+00:00",
  revision: 5,
  ...given,
});
const pages = (): RowPage[] => [
  { rows: [row("one"), row("two")], next: "cursor" },
  { rows: [row("three")], next: null },
];

describe("a message about a row", () => {
  it("changes it where it stands, and leaves the other pages as they are", () => {
    const before = pages();
    const after = applied(before, message("two", { title: "Two" }), FIRST);
    expect(after.isNew).toBe(false);
    expect(after.pages[0]?.rows.map((each) => [each.title, each.status])).toEqual([
      ["one", "processing"],
      ["Two", "indexed"],
    ]);
    expect(after.pages[1]).toBe(before[1]);
  });

  it.each([
    [
      "deleted",
      message("two", { operation: "DELETE", status: "deleting", version: 2, title: null, folder: "/" }),
      FIRST,
    ],
    ["moved away", message("two", { folder: "/b" }), { ...FIRST, folder: "/a" }],
    ["of another status now", message("two"), { ...FIRST, status: "processing" as const }],
  ])("takes it out if it is %s", (_, told, view) => {
    expect(applied(pages(), told, view).pages[0]?.rows.map((each) => each.doc_hash)).toEqual(["one"]);
  });

  it("that is older than what was read changes nothing", () => {
    const before = [{ rows: [row("one", { version: 3, status: "indexed" })], next: null }];
    expect(applied(before, message("one", { version: 2, status: "processing" }), FIRST).pages).toBe(before);
    const same = [{ rows: [row("one", { updated_at: "2026-01-01T10:00:09+00:00" })], next: null }];
    expect(applied(same, message("one"), FIRST).pages).toBe(same);
  });
});

describe("a message about another document", () => {
  it("says that it is new", () => {
    expect(applied(pages(), message("four"), FIRST).isNew).toBe(true);
  });

  it("says nothing if it does not belong there, or may be further down", () => {
    expect(applied(pages(), message("four"), { ...FIRST, folder: "/b" }).isNew).toBe(false);
    const more = pages().slice(0, 1);
    expect(applied(more, message("four", { version: 7 }), { ...FIRST, order: "title" }).isNew).toBe(false);
  });
});

it("a row keeps nothing that the list does not show", () => {
  expect(Object.keys(rowOf({ ...row("one"), metadata: { a: "b" } } as Row))).not.toContain("metadata");
});
