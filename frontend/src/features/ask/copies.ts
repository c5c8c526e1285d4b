// An answer as it is copied, and a chat as a file of Markdown.
import { exactly } from "../../words/time";
import { type Citation, piecesOf } from "./answer/cited";
import type { Answer } from "./answer/folding";
import { isByModel, sourceAddress, sourceName, sourcePlace, sourceState, stateWords } from "./answer/states";
import { type Chat, titleOf } from "./chats";
import { scopeWords } from "./scope/scope";

/** The answer with the list of what it cites, as plain text. `origin` is where the dashboard is. */
export function withSources(answer: Answer, origin: string): string {
  const state = stateWords(answer);
  const sources = answer.citations.map(
    (each) => `[${each.number}] ${sourceLine(each)}, ${origin}${sourceAddress(each)}`,
  );
  return [answer.text, state && `(${state.means})`, sources.join("\n")].filter(Boolean).join("\n\n");
}

/** The chat with all its questions and answers. What others wrote loads nothing, wherever it is opened. */
export function chatMarkdown(
  chat: Pick<Chat, "title" | "folder" | "filter">,
  messages: readonly Answer[],
  origin: string,
): string {
  const scope = scopeWords({ folder: chat.folder ?? "", filter: chat.filter });
  const head = `# ${literal(titleOf(chat))}\n\nLooked for in: ${literal(scope)}`;
  return `${[head, ...messages.map((each) => messageMarkdown(each, origin))].join("\n\n")}\n`;
}

/** A name for the file. */
export function fileName(chat: Pick<Chat, "title">): string {
  const name = titleOf(chat)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${name || "chat"}.md`;
}

/** Give a text to the browser to keep as a file. */
export function saveText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function messageMarkdown(answer: Answer, origin: string): string {
  const state = stateWords(answer);
  const text = piecesOf(answer.text, answer.citations)
    .map((piece) => (typeof piece === "number" ? `\\[${piece}\\]` : isByModel(answer) ? inert(piece) : literal(piece)))
    .join("");
  const sources = answer.citations.map(
    (each) => `- \\[${each.number}\\] ${literal(sourceLine(each))}: <${origin}${sourceAddress(each)}>`,
  );
  return [
    `## ${literal(answer.question.replace(/\s+/g, " "))}`,
    `Asked on ${exactly(answer.asked_at)}.`,
    answer.status === "no_answer" ? "" : text,
    state && `*${literal(state.means)}*`,
    sources.join("\n"),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function sourceLine(citation: Citation): string {
  const state = sourceState(citation);
  return [sourceName(citation), sourcePlace(citation), state?.label.toLowerCase()].filter(Boolean).join(", ");
}

/** A text that Markdown shows letter by letter. */
function literal(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+!<>|~&$:=-]/g, "\\$&")
    .replace(/^(\s*\d+)\./gm, "$1\\.")
    .replace(/^[ \t]+/gm, "")
    .replace(/(www)\./gi, "$1\\.")
    .replace(/([^\n])\n(?=[^\n])/g, "$1\\\n");
}

/** Markdown without what is loaded where it is opened: images, and whatever HTML could. */
function inert(text: string): string {
  return text.replace(/!\[/g, "!\\[").replace(/<(?=[a-z/!?])/gi, "\\<");
}
