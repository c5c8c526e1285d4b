import { describe, expect, it } from "vitest";
import { addressOf, type Question, questionOf, requestOf } from "./question";

const QUESTION: Question = {
  query: 'who has the "blue cabinet" & 100%?',
  mode: "keyword",
  folder: "/guides/ü b",
  conditions: [
    { name: "lang", comparison: "is", value: "en" },
    { name: "year", comparison: "at least", value: 2020 },
    { name: "draft", comparison: "is not", value: true },
  ],
  why: true,
};

describe("the address", () => {
  it("leads back to what was asked", () => {
    expect(questionOf(new URL(addressOf(QUESTION), "http://x").search)).toEqual(QUESTION);
  });

  it.each(['["$and","is",1]', '["a","is",{}]', '["a","near","b"]', '["a","at least","b"]', "{", "[]"])(
    "that somebody made up as %s has no condition",
    (where) => {
      expect(questionOf(`?where=${encodeURIComponent(where)}`).conditions).toEqual([]);
    },
  );
});

describe("the request", () => {
  it("has nothing that was not asked for", () => {
    const plain = requestOf(questionOf("?q=keys"));
    expect(plain).toEqual({ query: "keys", mode: "hybrid", top_k: 20, explain: true });
  });
});
