import { describe, expect, it } from "vitest";
import { fromMarks, piecesOf, withMarks, withoutMarks } from "./cited";

const cite = (number: number, ...at: number[]) => ({ number, at });

describe("a text in pieces", () => {
  it.each([
    ["no citation", "Nothing is cited.", [], ["Nothing is cited."]],
    ["at the end", "Kept here. [1]", [cite(1, 11)], ["Kept here. ", 1]],
    ["at both ends, out of order", "[2] a [1]", [cite(1, 6), cite(2, 0)], [2, " a ", 1]],
    ["two beside each other, one twice", "a [1][2] b [1]", [cite(1, 2, 11), cite(2, 5)], ["a ", 1, 2, " b ", 1]],
    ["behind letters that JavaScript counts twice", "😀😀 [1]", [cite(1, 3)], ["😀😀 ", 1]],
    ["with more digits", "a [12]", [cite(12, 2)], ["a ", 12]],
    ["brackets that are the text's own", "see [1] and [1]", [cite(1, 12)], ["see [1] and ", 1]],
    ["places at which it does not stand", "a [1] b", [cite(1, 0, 3, 99), cite(2, 2)], ["a [1] b"]],
    ["a place that is given twice", "a [1] b", [cite(1, 2, 2)], ["a ", 1, " b"]],
    ["nothing", "", [cite(1, 0)], []],
  ])("%s", (_, text, citations, expected) => {
    expect(piecesOf(text, citations)).toEqual(expected);
  });
});

describe("marks", () => {
  it("lead back to the pieces", () => {
    const pieces = ["a ", 1, 2, " b"];
    expect(fromMarks(withMarks(pieces))).toEqual(pieces);
    expect(withoutMarks(withMarks(pieces))).toBe("a [1][2] b");
  });

  it("cannot be made by a text", () => {
    expect(fromMarks(withMarks(["a \uE0007\uE001 b"]))).toEqual(["a \uFFFD7\uFFFD b"]);
  });

  it("stay out of an address before them", () => {
    expect(withMarks(["see https://example.org/a", 1])).toContain("/a \uE000");
    expect(withMarks(["see https://example.org/a. ", 1])).not.toContain("  ");
  });

  it("are read in an address of Markdown too", () => {
    expect(withoutMarks("https://x/%EE%80%801%EE%80%81")).toBe("https://x/[1]");
  });
});
