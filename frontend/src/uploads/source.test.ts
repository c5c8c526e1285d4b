import { describe, expect, it } from "vitest";
import examples from "../../../tests/cli/sources.json";
import { documentId, isPrefix, sourceOf, suffixOf } from "./source";

describe("a file is the document that the command makes of it", () => {
  it.each(examples)("$path", async ({ path, target, document }) => {
    expect(await sourceOf(path, document.content_type, target)).toEqual(document);
  });
});

it("a folder that cannot be one is said, and why", async () => {
  const deep = `${"a/".repeat(33)}b.md`;
  const into = (folder: string) => ({ folder, prefix: "", language: "" });
  await expect(sourceOf(deep, "text/markdown", into("/"))).rejects.toThrow("32 levels");
  await expect(sourceOf("a\u0007/b.md", "text/markdown", into("/"))).rejects.toThrow("control characters");
  await expect(sourceOf("a/b.md", "text/markdown", into(`/${"x".repeat(1023)}`))).rejects.toThrow("1024 bytes");
});

it("what is no text of Unicode gets an id all the same", async () => {
  expect(await documentId("\ud800.md")).toMatch(/^md-[0-9a-f]{16}$/);
});

it.each([
  ["a.MD", ".md"],
  ["a.b/c", ""],
  [".profile", ""],
  ["a.", ""],
  ["x.tar.gz", ".gz"],
])("the suffix of %s is %j", (path, suffix) => {
  expect(suffixOf(path)).toBe(suffix);
});

it("a prefix has letters, digits, hyphens and underscores, or there is none", () => {
  expect(["", "a-b_C1", "a b", "ä", "a/b", "x".repeat(65)].map(isPrefix)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
