// An answer that a model wrote, as Markdown by the rules of the editor's preview, with its citations as chips.
import { useMemo } from "react";
import MarkdownText from "../../../markdown/MarkdownText";
import { Chip } from "./Chip";
import { type Citation, fromMarks, type Piece, withMarks, withoutMarks } from "./cited";

/** What is used of the tree that Markdown becomes. */
interface Node {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: Node[];
}

export default function CitedMarkdown({ pieces, citations }: { pieces: Piece[]; citations: Citation[] }) {
  const more = useMemo(
    () => ({
      rehypePlugins: [() => (tree: Node) => chipsIn(tree, false)],
      components: {
        // No text makes this element: tags in it are text.
        cite: ({ children }: { children?: unknown }) => {
          const number = Number(children);
          return <Chip number={number} citation={citations.find((each) => each.number === number)} />;
        },
      },
    }),
    [citations],
  );
  return <MarkdownText text={withMarks(pieces)} more={more} address={withoutMarks} />;
}

/** Put an element in the place of each mark. Within a link, which holds no other, and within tags it is a number again. */
function chipsIn(node: Node, isInLink: boolean): void {
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
