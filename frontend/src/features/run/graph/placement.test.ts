import { expect, it } from "vitest";
import { fromElk, type Graph, type GraphNode, LABEL_CHARACTERS, pathOf, shortened, toElk } from "./placement";

const node = (id: string, parent: string | null = null): GraphNode => ({
  id,
  name: id,
  type: "Task",
  comment: "",
  parent,
  branch: null,
  start: false,
  distributed: false,
  status: "not_entered",
  entered: 0,
  by_status: {},
  failed_attempts: 0,
});
const GRAPH: Graph = {
  nodes: [node("Claim"), node("Write"), node("Write/One", "Write"), node("Write/Two", "Write")],
  edges: [
    { source: "Claim", target: "Write", kind: "choice", label: "a condition that is longer than anybody reads" },
    { source: "Write/One", target: "Write/Two", kind: "next", label: "" },
  ],
};

it("states within others are laid out within them, with their own edges", () => {
  const root = toElk(GRAPH);
  expect(root.children?.map(({ id }) => id)).toEqual(["Claim", "Write"]);
  expect(root.children?.[1]?.children?.map(({ id }) => id)).toEqual(["Write/One", "Write/Two"]);
  expect([root.edges?.map(({ id }) => id), root.children?.[1]?.edges?.map(({ id }) => id)]).toEqual([["0"], ["1"]]);
  expect(root.edges?.[0]?.labels?.[0]?.text?.length).toBe(LABEL_CHARACTERS);
  expect(shortened("short")).toBe("short");
});

it("what is within is placed from the upper left of the whole", () => {
  const root = toElk(GRAPH);
  const [claim, write] = root.children ?? [];
  Object.assign(claim ?? {}, { x: 0, y: 0 });
  Object.assign(write ?? {}, { x: 10, y: 100, width: 300, height: 200 });
  Object.assign(write?.children?.[0] ?? {}, { x: 5, y: 40 });
  Object.assign(write?.edges?.[0] ?? {}, {
    sections: [{ id: "s", startPoint: { x: 1, y: 2 }, bendPoints: [{ x: 1, y: 9 }], endPoint: { x: 4, y: 9 } }],
  });
  const { boxes, edges } = fromElk(root, GRAPH);
  expect(boxes.get("Write/One")).toMatchObject({ x: 15, y: 140, depth: 1 });
  expect(edges).toMatchObject([
    {
      id: "1",
      source: "Write/One",
      depth: 1,
      points: [
        { x: 11, y: 102 },
        { x: 11, y: 109 },
        { x: 14, y: 109 },
      ],
    },
  ]);
});

it("a path has round corners, smaller where there is less room", () => {
  expect(
    pathOf([
      { x: 0, y: 0 },
      { x: 0, y: 40 },
      { x: 8, y: 40 },
    ]),
  ).toBe("M0,0 L0,36 Q0,40 4,40 L8,40");
  expect(pathOf([])).toBe("");
});
