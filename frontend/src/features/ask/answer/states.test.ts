import { describe, expect, it } from "vitest";
import { answer, citation } from "../samples";
import { isByModel, sourceAddress, sourceState, stateWords, takenWords } from "./states";

const broke = { type: "GeneratorTooSlow", message: "the answer took too long, and was ended" };

describe("an answer's state", () => {
  it.each([
    ["looked for", answer({ status: "running", generator: null, text: "" }), "Looking", "looked for"],
    ["written", answer({ status: "running", text: "" }), "Writing", "being written"],
    ["stopped", answer({ status: "incomplete", error: { type: "Stopped", message: "x" } }), "Stopped", "You stopped"],
    ["broken off", answer({ status: "incomplete", error: broke }), "Incomplete", "took too long, and was ended. What"],
    ["failed", answer({ status: "failed", error: broke }), "Failed", "There is no answer: the answer took"],
    ["failed for nobody knows why", answer({ status: "failed" }), "Failed", "nothing is known"],
    ["withheld", answer({ status: "withheld" }), "Withheld", "was deleted"],
    ["none", answer({ status: "no_answer" }), "No answer", "The documents do not say."],
  ])("%s", (_, given, label, means) => {
    const words = stateWords(given);
    expect(words?.label).toBe(label);
    expect(words?.means).toContain(means);
  });

  it("is not spoken of where the answer is whole", () => {
    expect(stateWords(answer())).toBeNull();
  });
});

it("a source says in words that it is served no more", () => {
  expect(sourceState(citation())).toBeNull();
  expect(sourceState(citation({ state: "superseded" }))?.label).toBe("Replaced since");
  expect(sourceState(citation({ state: "withdrawn" }))?.label).toBe("Deleted since");
});

it("a source leads to its passage in that version", () => {
  expect(sourceAddress(citation({ version: 3 }))).toBe("/documents/tides?version=3&passage=v000001-00000");
});

it("sentences of the documents are no model's", () => {
  expect([answer(), answer({ generator: null }), answer({ generator: "bedrock" })].map(isByModel)).toEqual([
    false,
    false,
    true,
  ]);
});

it.each([
  [answer(), "Quoted from the documents"],
  [answer({ status: "no_answer", citations: [] }), ""],
  [answer({ generator: "openai", used: { tokens_in: 0, tokens_out: 0, estimated: false } }), "Written by openai"],
  [answer({ generator: null }), ""],
  [
    answer({ generator: "openai", used: { tokens_in: 1840, tokens_out: 96, estimated: false } }),
    "Written by openai, 1,840 tokens read, 96 written",
  ],
  [
    answer({ generator: "bedrock", used: { tokens_in: 1840, tokens_out: 96, estimated: true, cost: 0.001234 } }),
    "Written by bedrock, about 1,840 tokens read, about 96 written, 0.001 $",
  ],
  [
    answer({ generator: "bedrock", used: { tokens_in: 9, tokens_out: 9, estimated: false, cost: 0.125 } }),
    "Written by bedrock, 9 tokens read, 9 written, 0.13 $",
  ],
])("what wrote it and what that took is said", (given, words) => {
  expect(takenWords(given)).toBe(words);
});
