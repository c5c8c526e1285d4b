// The rows of a list, and what a live message makes of them.
import type { Document } from "../../api/client";
import { shows, type View } from "../../library/view";
import type { Message } from "../../live/connection";
import type { Progress } from "../../words/progress";

export type Row = Pick<
  Document,
  "doc_hash" | "title" | "folder" | "status" | "operation" | "version" | "indexed_version" | "error" | "updated_at"
> & {
  /** How far it is; lists do not say it, and messages do. */
  progress?: Progress | null;
};

export interface RowPage {
  rows: Row[];
  next: string | null;
}

/** What a list keeps of a document. */
export function rowOf(document: Row): Row {
  const { doc_hash, title, folder, status, operation, version, indexed_version, error, updated_at } = document;
  const progress = document.progress ?? null;
  return { doc_hash, title, folder, status, operation, version, indexed_version, error, updated_at, progress };
}

export interface Applied {
  pages: RowPage[];
  /** A document that belongs into the list, and is not among the rows. */
  isNew: boolean;
}

/** The pages after a message. They are the same objects where nothing changes. */
export function applied(pages: RowPage[], message: Message, view: View): Applied {
  const place = pages.findIndex((page) => page.rows.some((row) => row.doc_hash === message.doc_hash));
  const page = pages[place];
  const shown = shows(view, message);
  if (page === undefined) return { pages, isNew: shown && couldBeNew(message, view, pages) };
  const index = page.rows.findIndex((row) => row.doc_hash === message.doc_hash);
  const row = page.rows[index] as Row;
  if (isOlder(message, row)) return { pages, isNew: false };
  const rows = shown
    ? page.rows.with(index, rowOf({ ...message, updated_at: message.at }))
    : page.rows.toSpliced(index, 1);
  return { pages: pages.with(place, { ...page, rows }), isNew: false };
}

/** A page may have been read after the message was made. */
function isOlder(message: Message, row: Row): boolean {
  return (
    message.version < row.version ||
    (message.version === row.version && Date.parse(message.at) < Date.parse(row.updated_at))
  );
}

/** A document that is not among the rows may be further down, where nobody has looked yet. */
function couldBeNew(message: Message, view: View, pages: RowPage[]): boolean {
  const whole = pages.at(-1)?.next === null;
  return whole || view.order === "time" || message.version === 1;
}
