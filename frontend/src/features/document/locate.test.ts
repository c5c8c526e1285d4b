import { describe, expect, it } from "vitest";
import { locate, locateAll, withoutMarkup } from "./locate";

const CONTENT = "# Opening hours\n\nThe *library* opens\nat nine. It closes at six.\n";

it.each([
  ["The library opens at nine.", "The *library* opens\nat nine"],
  ["Opening hours\n\nThe library", "Opening hours\n\nThe *library"],
  ["it CLOSES", "It closes"],
])("the passage %j stands there", (passage, expected) => {
  const found = locate(CONTENT, passage);
  expect(found && CONTENT.slice(found.start, found.end)).toBe(expected);
});

it.each(["opens at ten", "", "?!"])("the passage %j does not", (passage) => {
  expect(locate(CONTENT, passage)).toBeNull();
});

describe("passages of a document", () => {
  it("are found one after the other, also where they are the same", () => {
    const content = "again and again and again";
    expect(locateAll(content, ["again", "again", "again"], "text/plain").map((found) => found?.start)).toEqual([
      0, 10, 20,
    ]);
  });

  it("that are not there keep none back", () => {
    expect(locateAll("one two", ["one", "three", "two"], "text/plain")).toEqual([
      { start: 0, end: 3 },
      null,
      { start: 4, end: 7 },
    ]);
  });

  it("may begin with the end of the one before, which is not the next time that it is said", () => {
    const content = "a b c d e f. c d e f g h.";
    expect(
      locateAll(content, ["a b c d", "c d e f", "c d e f g h"], "text/plain").map((found) => found?.start),
    ).toEqual([0, 4, 13]);
  });

  it("are found in HTML between its markup, and not in it", () => {
    const html = '<p class="one">one <b>two</b></p><script>var one = "two"</script><!-- one two --><p>three &lt; four';
    expect(
      locateAll(html, ["one two", "three four"], "text/html").map((found) => html.slice(found?.start, found?.end)),
    ).toEqual(["one <b>two", "three &lt; four"]);
  });
});

describe("HTML without its markup", () => {
  it.each([
    ["a<br>b", "a    b"],
    ["1 < 2 > 0", "1 < 2 > 0"],
    ["a<STYLE>b</style>c", `${"a".padEnd(17)}c`],
    ["\u0130<!-- b -->c", `${"\u0130".padEnd(11)}c`],
    ["a<!-- b", "a<!-- b"],
    ["a&amp;b", "a     b"],
  ])("%j", (html, text) => {
    expect(withoutMarkup(html)).toBe(text);
  });

  it("is made however much of it is never closed", () => {
    const html = "<!--<script ".repeat(20_000);
    expect(withoutMarkup(html)).toBe(html);
  });
});
