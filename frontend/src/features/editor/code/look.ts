// How the editor looks: in the colours of the page, which reach into its shadow root as custom properties.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono', monospace";

const THEME = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: MONOSPACE, lineHeight: "1.6" },
  ".cm-content": { padding: "0.75rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 0.75rem" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-specialChar": { color: "var(--bad)" },
  ".cm-searchMatch": { backgroundColor: "var(--mark)" },
  ".cm-searchMatch-selected, .cm-selectionMatch": { backgroundColor: "var(--accent-tint)" },
  ".cm-panels": { backgroundColor: "var(--sunk)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-textfield": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-button": { background: "var(--card)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-panel.cm-search [name=close]": { color: "var(--ink)" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-diagnostic": { fontFamily: "var(--font-sans, sans-serif)" },
});

/** Theirs stand above mine, each with a bar at its side and a tint. */
const DIFFERENCES = EditorView.theme({
  ".cm-deletedChunk": { backgroundColor: "var(--busy-tint)", paddingLeft: "0", borderLeft: "4px solid var(--busy)" },
  ".cm-deletedChunk .cm-deletedText": { background: "var(--card)", textDecoration: "none" },
  ".cm-deletedLine, .cm-deletedLine del": { textDecoration: "none" },
  ".cm-deletedChunk .cm-deletedLine": { padding: "0 0.5rem" },
  ".cm-deletedLineGutter": { background: "var(--busy)" },
  "&.cm-merge-b .cm-changedLine, .cm-changedLine, .cm-insertedLine": { backgroundColor: "var(--good-tint)" },
  "&.cm-merge-b .cm-changedText, .cm-changedText": {
    background: "none",
    textDecoration: "underline",
    textDecorationColor: "var(--good)",
  },
  ".cm-changedLineGutter, &.cm-merge-b .cm-changedLineGutter": { background: "var(--good)" },
  ".cm-deletedChunk .cm-chunkButtons": {
    position: "static",
    display: "flex",
    gap: "0.5rem",
    padding: "0.375rem 0.75rem",
    fontFamily: "system-ui, sans-serif",
  },
  ".cm-deletedChunk .cm-chunkButtons button": {
    margin: "0",
    padding: "0.125rem 0.625rem",
    background: "var(--card)",
    color: "var(--ink)",
    border: "1px solid var(--edge)",
    borderRadius: "0.5rem",
    font: "inherit",
    cursor: "pointer",
  },
  ".cm-chunkButtons button:focus-visible": { outline: "2px solid var(--accent)" },
});

const HIGHLIGHTS = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: [tags.link, tags.url], color: "var(--accent)", textDecoration: "underline" },
  { tag: [tags.monospace, tags.string, tags.attributeValue], color: "var(--good)" },
  { tag: [tags.propertyName, tags.tagName, tags.keyword], color: "var(--busy)" },
  { tag: [tags.number, tags.bool, tags.null, tags.attributeName], color: "var(--warn)" },
  { tag: [tags.comment, tags.processingInstruction, tags.meta, tags.quote], color: "var(--soft)" },
]);

export const LOOK = [THEME, DIFFERENCES, syntaxHighlighting(HIGHLIGHTS)];
