import { expect, it } from "vitest";
import { check } from "./check";
import { placeOf } from "./finding";

const json = (text: string) =>
  check("application/json", text).map((each) => {
    const { line, column } = placeOf(text, each.from);
    return `${line}:${column} ${each.text}`;
  });
const html = (text: string) => check("text/html", text).map((each) => `${each.kind}: ${each.text}`);

it.each(['{"a": 1}', "[]", "12", '"a"', '{\n  "a": [true, null]\n}\n'])("%j is JSON", (text) => {
  expect(json(text)).toEqual([]);
});

it.each([
  ['{\n  "a": 1,\n}', "3:1 A name in double quotes is missing here, or a comma is too many"],
  ['{"a": 1 "b": 2}', "1:9 A comma is missing here"],
  ["{'a': 1}", "1:2 This is no value of JSON; texts and names are in double quotes"],
  ["[1, 2", "1:6 The closing bracket ] is missing"],
  ['["a\nb"]', "1:2 The text that begins here has no closing quote on its line"],
  ["// all\n1", "1:1 JSON has no comments"],
  ['{"a" 1}', "1:6 A colon is missing after the name"],
])("where %j is wrong is said", (text, said) => {
  expect(json(text)).toEqual([said]);
});

it("JSON lines are named as what they are, at the second of them", () => {
  for (const text of ['{"a": 1}\n{"a": 2}\n', '\n{"a": 1}\n\n{"a": 1}', "1\n1\n1"]) {
    const [said] = json(text);
    expect(said).toContain("These are JSON lines");
    expect(said?.startsWith(text.startsWith("\n") ? "4:1" : "2:1")).toBe(true);
  }
});

it("tags that do not match are told, and those that need no end are not", () => {
  expect(html("<ul><li>a<li>b</ul><p>c<br><img src=x>")).toEqual([]);
  expect(html("<div><b>x</div>")).toEqual(["warning: <b> is never closed"]);
  expect(html("<p>x</span>")).toEqual(["warning: </span> closes nothing that is open"]);
  expect(html("a < b")).toEqual(["warning: Write &lt; for a < that begins no tag"]);
});

it("HTML without a text is not saved: scripts and styles are none", () => {
  expect(html("<script>alert('x')</script><style>a {}</style><!-- y -->")).toEqual([
    "error: There is no text in it to be found",
  ]);
});

it("a text that is blank, or has a NUL, is not saved", () => {
  expect(check("text/plain", " \n").map(({ kind }) => kind)).toEqual(["error"]);
  expect(check("text/markdown", "a\0b")).toMatchObject([{ kind: "error", from: 1, to: 2 }]);
});
