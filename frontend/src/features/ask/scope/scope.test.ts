import { describe, expect, it } from "vitest";
import type { Condition } from "../../../conditions/conditions";
import { askAddress, comingWords, patchOf, scopeOf, scopeWords } from "./scope";

const CONDITIONS: Condition[] = [
  { name: "lang", comparison: "is", value: "en" },
  { name: "draft", comparison: "is not", value: true },
];
const scopeAt = (address: string) => scopeOf(new URL(address, "http://x").search);

describe("the address of a new chat", () => {
  it("leads to its limits", () => {
    expect(scopeAt(askAddress("/guides/ü b", CONDITIONS))).toEqual({
      folder: "/guides/ü b",
      filter: { $and: [{ lang: { $eq: "en" } }, { draft: { $ne: true } }] },
    });
  });

  it.each(["/ask", "/ask?folder=guides&where=%7B", "/ask?folder=/"])("%s has none", (address) => {
    expect(scopeAt(address)).toEqual({ folder: "", filter: null });
  });
});

it("the API is told of limits that are taken away", () => {
  expect(patchOf({ folder: "", filter: null })).toEqual({ folder: null, filter: null });
});

it.each([
  [{ folder: "", filter: null }, "all documents"],
  [{ folder: "/harbour", filter: null }, "/harbour"],
  [
    { folder: "/harbour", filter: { lang: "en", year: { $gte: 2020 } } },
    "/harbour, where lang is en and year at least 2020",
  ],
  [{ folder: "", filter: { $or: [{ a: 1 }] } }, 'all documents, where {"$or":[{"a":1}]}'],
])("%j is said as %s", (scope, words) => {
  expect(scopeWords(scope)).toBe(words);
});

it.each([
  [0, false, false, null],
  [1, false, false, "1 update of these documents is on its way"],
  [2, false, false, "2 updates of these documents are on their way"],
  [100, true, false, "More than 100 updates of these documents are on their way"],
  [2, false, true, "2 updates of documents there, whether or not they meet the conditions, are on their way"],
])("%d on their way", (number, isMore, isFiltered, words) => {
  expect(comingWords(number, isMore, isFiltered)).toBe(words);
});
