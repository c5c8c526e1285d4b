// Looks at a file before anything of it is sent: whether its type and size are taken, whether it can be read as what it is called, in
// which encoding it is, and its digest. What is refused here the service would refuse as well, after all of it was sent.

import type { Told } from "../words/problems";
import * as reasons from "../words/uploads";
import { CONTENT_TYPES, sha256, suffixOf } from "./source";

/** Of a content; the API takes no more. */
export const FILE_MAX_BYTES = 50 * 1024 * 1024;
const HEAD_BYTES = 2048;
const PDF = "application/pdf";
const DOCX = CONTENT_TYPES[".docx"];
const ZIP = "PK";
const OLD_OFFICE = "\xd0\xcf\x11\xe0";
/** Texts that say nowhere which encoding they are in: it is UTF-8, or it is none that the service reads. */
const PLAIN = new Set(["text/plain", "text/markdown"]);

export interface Looked {
  sha256: string;
  /** Of a text, in words. */
  encoding: string | null;
}

/** The content type that a file of this name and size is sent as, or why it is not sent. */
export function typeOf(path: string, size: number): string | Told {
  const type = CONTENT_TYPES[suffixOf(path)];
  if (type === undefined) return reasons.typeNotTaken(suffixOf(path), Object.keys(CONTENT_TYPES));
  if (size === 0) return reasons.EMPTY;
  if (size > FILE_MAX_BYTES) return reasons.tooLarge(size, FILE_MAX_BYTES);
  return type;
}

/** What is in a file of that type, or why it is not sent. */
export async function lookAt(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Looked | Told> {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  if (type === PDF && !head.includes("%PDF-")) return reasons.NO_PDF;
  if (type === DOCX && head.startsWith(OLD_OFFICE)) return reasons.OLD_WORD;
  if (type === DOCX && !head.startsWith(ZIP)) return reasons.NO_DOCX;
  const isText = type !== PDF && type !== DOCX;
  const encoding = isText ? encodingOf(bytes, head) : null;
  if (PLAIN.has(type)) {
    if (encoding === "unknown") return reasons.NO_UTF8;
    if (encoding === "utf-8" && bytes.includes(0)) return reasons.NO_TEXT;
  }
  return { sha256: await sha256(bytes), encoding: encoding && reasons.ENCODINGS[encoding] };
}

/** The text of bytes that are UTF-8, its mark included; null of others. */
export function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function encodingOf(bytes: Uint8Array, head: string): keyof typeof reasons.ENCODINGS {
  if (head.startsWith("\xff\xfe") || head.startsWith("\xfe\xff")) return "utf-16";
  return decoded(bytes) === null ? "unknown" : "utf-8";
}
