import { describe, expect, it } from "vitest";
import { chatMarkdown, fileName, withSources } from "./copies";
import { answer, citation } from "./samples";

const CHAT = { title: "Tide tables", folder: "/harbour", filter: null };
const ORIGIN = "https://dashboard.example";
const exported = (given: Parameters<typeof answer>[0]) => chatMarkdown(CHAT, [answer(given)], ORIGIN);

describe("a copy", () => {
  it("has the answer and its sources with whole addresses", () => {
    expect(withSources(answer(), ORIGIN)).toBe(
      "They are in the blue cabinet. [1]\n\n" +
        "[1] Tides, version 1, https://dashboard.example/documents/tides?version=1&passage=v000001-00000",
    );
  });

  it("says what is not whole, and what was replaced", () => {
    const copied = withSources(
      answer({
        status: "incomplete",
        error: { type: "Stopped", message: "x" },
        citations: [citation({ state: "superseded", title: null, quote: null })],
      }),
      ORIGIN,
    );
    expect(copied).toContain("(You stopped it. What was written until then is kept.)");
    expect(copied).toContain("[1] tides, version 1, replaced since, https");
  });
});

describe("a chat as Markdown", () => {
  it("has title, scope, question, answer and sources", () => {
    const text = exported({});
    expect(text).toContain("# Tide tables\n\nLooked for in: /harbour");
    expect(text).toContain("## Where are they?");
    expect(text).toContain("They are in the blue cabinet. \\[1\\]");
    expect(text).toContain("- \\[1\\] Tides, version 1: <https://dashboard.example/documents/tides?version=1&passage=");
  });

  it("says why there is no answer", () => {
    expect(exported({ status: "no_answer", text: "The documents do not say.", citations: [] })).toContain(
      "*The documents do not say. Ask in other words",
    );
    const withheld = exported({ status: "withheld", text: "", citations: [citation({ title: null, quote: null })] });
    expect(withheld).toContain("was deleted");
  });

  it.each(["![x](https://evil.example/?q=1)", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "![x][1]"])(
    "shows %s of a document or a question letter by letter",
    (hostile) => {
      for (const text of [
        exported({ question: hostile }),
        exported({ text: hostile, citations: [] }),
        chatMarkdown({ ...CHAT, title: hostile }, [], ORIGIN),
      ]) {
        expect(text).not.toContain("![");
        expect(text).not.toMatch(/(^|[^\\])[<[](?!https:\/\/dashboard)/m);
      }
    },
  );

  it("loads no image and no tag that a model wrote, and keeps the rest of its Markdown", () => {
    const text = exported({
      generator: "bedrock",
      text: "**Bold**, ![x](https://evil.example/x) <img src=x> and [a](https://example.org) where 1 < 2",
      citations: [],
    });
    expect(text).toContain(
      "**Bold**, !\\[x](https://evil.example/x) \\<img src=x> and [a](https://example.org) where 1 < 2",
    );
  });

  it("keeps lines of a document apart", () => {
    expect(exported({ text: "one\n  2. two\n\nthree", citations: [] })).toContain("one\\\n2\\. two\n\nthree");
  });
});

it.each([
  ["Where are the tide tables?", "where-are-the-tide-tables.md"],
  ["../../etc", "etc.md"],
  ["Wo ist der Schlüssel", "wo-ist-der-schlüssel.md"],
  ["!!!", "chat.md"],
  [null, "nothing-asked-yet.md"],
])("the file of %j is called %s", (title, name) => {
  expect(fileName({ title })).toBe(name);
});
