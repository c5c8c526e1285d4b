// The documents that changed last, and what a live message makes of them.
import type { Document } from "../../api/client";
import type { Message } from "../../live/connection";
import type { Progress } from "../../words/progress";

export type Line = Pick<
  Document,
  "doc_hash" | "title" | "status" | "operation" | "version" | "error" | "updated_at"
> & {
  /** How far it is, where a message said so. */
  progress?: Progress | null;
};

/** The lines after a message, the newest change first, `most` of them. The same where the message is of before. */
export function withMessage(lines: readonly Line[], message: Message, most: number): readonly Line[] {
  const known = lines.find((line) => line.doc_hash === message.doc_hash);
  if (known && Date.parse(known.updated_at) > Date.parse(message.at)) return lines;
  const { doc_hash, title, status, operation, version, error, at, progress = null } = message;
  const others = lines.filter((line) => line !== known);
  return [{ doc_hash, title, status, operation, version, error, updated_at: at, progress }, ...others]
    .sort((one, other) => Date.parse(other.updated_at) - Date.parse(one.updated_at))
    .slice(0, most);
}
