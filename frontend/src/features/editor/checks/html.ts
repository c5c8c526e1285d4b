// HTML, as a text: tags that do not match, and whether there is any text in it. Nothing of it is run, loaded or opened.
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/html";
import type { Finding } from "./finding";

const MOST = 50;
/** Elements that end by themselves where another begins. */
const ENDS_BY_ITSELF = new Set(
  "body colgroup dd dt head html li optgroup option p rb rp rt rtc tbody td tfoot th thead tr".split(" "),
);

export function checkHtml(text: string): Finding[] {
  const findings: Finding[] = [];
  let hasText = false;
  parser.parse(text).iterate({
    enter: ({ name, node, from, to, type }) => {
      if (name === "Text" && text.slice(from, to).trim() !== "") hasText = true;
      if (name === "MismatchedCloseTag") warn(`${text.slice(from, to)} closes nothing that is open`, from, to);
      else if (name === "IncompleteTag") warn("Write &lt; for a < that begins no tag", from, to);
      else if (type.isError && isInTag(node))
        warn("A tag is not whole: a quote or a > is missing before this", from, to);
      else if (name === "Element") {
        const open = unclosed(node, text);
        if (open !== null) warn(`<${open}> is never closed`, from, from + open.length + 1);
      }
    },
  });
  if (!hasText) findings.unshift({ kind: "error", text: "There is no text in it to be found", from: 0, to: 0 });
  return findings;

  function warn(what: string, from: number, to: number): void {
    // One mistake has several marks at its place.
    if (findings.length < MOST && findings.at(-1)?.from !== from)
      findings.push({ kind: "warning", text: what, from, to });
  }
}

/** An element that is not closed is marked, too; that is told by its name. */
function isInTag({ parent }: SyntaxNode): boolean {
  return parent !== null && parent.name !== "Element" && parent.name !== "Document";
}

/** The element's name, if it needs a tag that closes it and has none. */
function unclosed(element: SyntaxNode, text: string): string | null {
  const open = element.getChild("OpenTag");
  const tag = open?.getChild("TagName");
  if (!tag || element.getChild("CloseTag")) return null;
  const name = text.slice(tag.from, tag.to).toLowerCase();
  return ENDS_BY_ITSELF.has(name) ? null : name;
}
