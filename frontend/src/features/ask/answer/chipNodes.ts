// Citations in the tree that Markdown becomes: elements of their own where marks stand.
import { fromMarks, withoutMarks } from "./cited";

/** What is used of the tree that Markdown becomes. */
export interface Node {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: Node[];
}

/** Put an element in the place of each mark. Within a link, which holds no other, and within tags it is a number again. */
export function chipsIn(node: Node, isInLink: boolean): void {
  if (typeof node.properties?.alt === "string") node.properties.alt = withoutMarks(node.properties.alt);
  if (node.children === undefined) return;
  node.children = node.children.flatMap((child): Node[] => {
    if (child.value === undefined) {
      chipsIn(child, isInLink || child.tagName === "a");
      return [child];
    }
    if (child.type !== "text" || isInLink) return [{ ...child, value: withoutMarks(child.value) }];
    return fromMarks(child.value).map((piece) =>
      typeof piece === "string"
        ? { type: "text", value: piece }
        : { type: "element", tagName: "cite", properties: {}, children: [{ type: "text", value: String(piece) }] },
    );
  });
}
