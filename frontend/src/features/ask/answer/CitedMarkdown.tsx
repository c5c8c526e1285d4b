// An answer that a model wrote, as Markdown by the rules of the editor's preview, with its citations as chips.
import { useMemo } from "react";
import MarkdownText from "../../../markdown/MarkdownText";
import { Chip } from "./Chip";
import { chipsIn, type Node } from "./chipNodes";
import { type Citation, type Piece, withMarks, withoutMarks } from "./cited";

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
  return (
    <div className="[&>:first-child]:mt-0 [&>:last-child]:mb-0">
      <MarkdownText text={withMarks(pieces)} more={more} address={withoutMarks} />
    </div>
  );
}
