import { expect, it } from "vitest";
import { type Entry, entriesOf, patchOf, problemOf } from "./metadata";

const METADATA = { lang: "en", year: 2026, draft: false, tags: ["public", "a, b"] };
const entry = (given: Partial<Entry>): Entry => ({ id: 9, name: "new", kind: "text", text: "x", ...given });

it("entries that nobody touches are not sent, whatever is in them", () => {
  expect(patchOf(METADATA, entriesOf(METADATA))).toEqual({});
});

it("what is changed, new and removed is sent, and nothing else", () => {
  const [lang, year, , tags] = entriesOf(METADATA) as [Entry, Entry, Entry, Entry];
  const entries = [
    lang,
    { ...year, text: "2027" },
    { ...tags, text: "public" },
    entry({ name: " place ", text: "harbour" }),
  ];
  expect(patchOf(METADATA, entries)).toEqual({ year: 2027, draft: null, tags: ["public"], place: "harbour" });
});

it("another kind is another value", () => {
  const [, year] = entriesOf(METADATA) as [Entry, Entry];
  expect(patchOf({ year: 2026 }, [{ ...year, kind: "text" }])).toEqual({ year: "2026" });
});

it("another name removes the old one", () => {
  const [lang] = entriesOf({ lang: "en" }) as [Entry];
  expect(patchOf({ lang: "en" }, [{ ...lang, name: "language" }])).toEqual({ lang: null, language: "en" });
});

it.each<[Partial<Entry>, boolean]>([
  [{}, true],
  [{ name: " " }, false],
  [{ name: "$and" }, false],
  [{ name: "lang" }, false],
  [{ kind: "number", text: "1.5" }, true],
  [{ kind: "number", text: "" }, false],
  [{ kind: "number", text: "five" }, false],
  [{ kind: "number", text: "9007199254740993" }, false],
  [{ kind: "yes or no", text: "Yes" }, true],
  [{ kind: "yes or no", text: "true" }, false],
])("the entry %o is right: %s", (given, right) => {
  const made = entry(given);
  expect(problemOf(made, [...entriesOf({ lang: "en" }), made]) === null).toBe(right);
});
