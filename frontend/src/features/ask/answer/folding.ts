// What is shown of a chat's messages: what was read last, what live messages say since, and nothing that was deleted meanwhile.
import type { Schemas } from "../../../api/client";
import type { AnswerMessage } from "../../../live/connection";

export type Answer = Schemas["ShownMessage"];
type Page = Schemas["MessageList"];

/** The text that a live message brings of an answer that is being written; null where the message is to be read. */
export function heard(known: Answer | undefined, told: AnswerMessage): string | null {
  return told.status === "running" && known?.status === "running" ? told.text : null;
}

/** The pages with a message as it was read by itself. One that is not on them is among the newest. */
export function withMessage(pages: readonly Page[], message: Answer): Page[] {
  const isThis = (each: Answer) => each.message_id === message.message_id;
  if (pages.some((page) => page.messages.some(isThis))) {
    return pages.map((page) => ({ ...page, messages: page.messages.map((each) => (isThis(each) ? message : each)) }));
  }
  const last = pages.at(-1);
  // It comes with a page that is still to be read.
  if (last === undefined || last.next_cursor !== null) return [...pages];
  const messages = [...last.messages, message].sort((one, other) => one.message_id.localeCompare(other.message_id));
  return [...pages.slice(0, -1), { ...last, messages }];
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
