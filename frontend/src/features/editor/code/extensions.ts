// What the editor can do: undo, search, the language of the content, marks of what is wrong, and the difference to another text.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { lintGutter } from "@codemirror/lint";
import { goToNextChunk, goToPreviousChunk, unifiedMergeView } from "@codemirror/merge";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import type { TextType } from "../types";
import { LOOK } from "./look";

/** Tab is left to the browser, so that a keyboard leads out of the text. */
export function basics(label: string, onText: (text: string) => void): Extension[] {
  return [
    lineNumbers(),
    history(),
    highlightSpecialChars(),
    search({ top: true }),
    lintGutter(),
    keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap]),
    EditorView.lineWrapping,
    // Ends of lines are kept beside the text.
    EditorState.lineSeparator.of("\n"),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "true", tabindex: "0" }),
    EditorView.domEventHandlers({ beforeinput: replaceLines }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onText(update.state.doc.toString());
    }),
    LOOK,
  ];
}

/** Typing over several lines is done here: the browser would keep their looks by styles that the page's policy forbids. */
function replaceLines(event: InputEvent, view: EditorView): boolean {
  const { state } = view;
  const { from, to } = state.selection.main;
  if (event.inputType !== "insertText" || event.data === null || event.isComposing) return false;
  if (state.doc.lineAt(from).number === state.doc.lineAt(to).number) return false;
  view.dispatch(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  return true;
}

export function languageOf(type: TextType): Extension {
  switch (type) {
    case "text/markdown":
      return markdown();
    case "text/html":
      return html({ autoCloseTags: false });
    case "application/json":
      return json();
    default:
      return [];
  }
}

/** Shows where the text differs from theirs, with a choice at each place. */
export function differenceTo(theirs: string): Extension {
  return [
    unifiedMergeView({ original: theirs, mergeControls: choice, syntaxHighlightDeletions: false }),
    keymap.of([
      { key: "Alt-ArrowDown", run: goToNextChunk },
      { key: "Alt-ArrowUp", run: goToPreviousChunk },
    ]),
  ];
}

function choice(type: "reject" | "accept", action: (event: MouseEvent) => void): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = type === "reject" ? "Take theirs here" : "Keep mine here";
  button.addEventListener("click", action);
  return button;
}
