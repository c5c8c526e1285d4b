// Chats by words of their titles.
import { type Chat, titleOf } from "../chats";

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Whether each word stands in the title. */
export function isFound(chat: Pick<Chat, "title">, text: string): boolean {
  const title = folded(titleOf(chat));
  return folded(text)
    .split(/\s+/)
    .every((word) => title.includes(word));
}
