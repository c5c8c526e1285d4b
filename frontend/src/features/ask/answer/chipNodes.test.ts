import { expect, it } from "vitest";
import { chipsIn, type Node } from "./chipNodes";
import { withMarks } from "./cited";

const text = (value: string): Node => ({ type: "text", value });
const chip = (number: number): Node => ({
  type: "element",
  tagName: "cite",
  properties: {},
  children: [text(String(number))],
});
const element = (tagName: string, ...children: Node[]): Node => ({ type: "element", tagName, children });
const CITED = withMarks(["a ", 1, " b"]);

function shown(...children: Node[]): Node[] | undefined {
  const root: Node = { type: "root", children };
  chipsIn(root, false);
  return root.children;
}

it("a mark becomes an element, in code too", () => {
  expect(shown(element("p", text(CITED)), element("pre", element("code", text(CITED))))).toEqual([
    element("p", text("a "), chip(1), text(" b")),
    element("pre", element("code", text("a "), chip(1), text(" b"))),
  ]);
});

it("within a link, which holds no other, it is the number again", () => {
  expect(shown(element("a", element("em", text(CITED))))).toEqual([element("a", element("em", text("a [1] b")))]);
});

it("in tags that are shown as text, and in what an image is called, it is the number again", () => {
  expect(shown({ type: "raw", value: `<b>${CITED}` })).toEqual([{ type: "raw", value: "<b>a [1] b" }]);
  const image: Node = { type: "element", tagName: "img", properties: { alt: CITED }, children: [] };
  expect(shown(image)?.[0]?.properties?.alt).toBe("a [1] b");
});
