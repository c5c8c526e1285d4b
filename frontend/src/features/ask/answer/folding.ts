// What is shown of a chat's messages: what was read last, what live messages say since, and nothing that was deleted meanwhile.
import type { Schemas } from "../../../api/client";
import type { AnswerMessage } from "../../../live/connection";

export type Answer = Schemas["ShownMessage"];
type Page = Schemas["MessageList"];

/** What a live message leads to: a text to be shown, or reading the message, or all of them. */
export type Heard = { text: string } | "read it" | "read all";

export function heard(known: Answer | undefined, told: AnswerMessage): Heard {
  // It was asked in another window.
  if (known === undefined) return "read all";
  // It has ended, or it is longer than a live message; or somebody has it answered anew, who is not told of here.
  if (told.status !== "running" || told.text === null || known.status !== "running") return "read it";
  return { text: told.text };
}

/** The pages with a message as it was read by itself. One that is not on them is the newest. */
export function withMessage(pages: readonly Page[], message: Answer): Page[] {
  const isThis = (each: Answer) => each.message_id === message.message_id;
  if (pages.some((page) => page.messages.some(isThis))) {
    return pages.map((page) => ({ ...page, messages: page.messages.map((each) => (isThis(each) ? message : each)) }));
  }
  const last = pages.at(-1);
  // It comes with a page that is still to be read.
  if (last === undefined || last.next_cursor !== null) return [...pages];
  return [...pages.slice(0, -1), { ...last, messages: [...last.messages, message] }];
}

/** The message as it may be shown, since some documents were deleted after it was read. */
export function standing(message: Answer, isWithdrawn: (docHash: string, version: number) => boolean): Answer {
  if (!message.citations.some((each) => isWithdrawn(each.doc_hash, each.version))) return message;
  if (message.status === "running") return { ...message, text: "", citations: [] };
  const citations = message.citations.map((each) => ({
    ...each,
    ...(isWithdrawn(each.doc_hash, each.version) && { state: "withdrawn" as const }),
    title: null,
    heading: null,
    quote: null,
    at: [],
  }));
  return { ...message, status: "withheld", text: "", citations };
}
