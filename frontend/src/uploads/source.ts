// What a file becomes as a document, as `cli/sources.py` has it: sent by the command or from this page, the same file is the same
// document. `tests/cli/sources.json` has examples that both are held to.
import { canonicalFolder } from "../library/folderPath";

/** By a file's suffix in lower case. */
export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".txt": "text/plain",
  ".md": "text/markdown",
  ".markdown": "text/markdown",
  ".html": "text/html",
  ".htm": "text/html",
  ".json": "application/json",
  ".pdf": "application/pdf",
  ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};

const ID_MAX_LENGTH = 128;
const DIGEST_LENGTH = 16;
const PREFIX = /^[A-Za-z0-9_-]{1,64}$/;

/** Where files go, and what is said of all of them. */
export interface Target {
  /** The folder of the library, to which the files' own folders are added. */
  folder: string;
  /** What ids start with; empty for nothing. */
  prefix: string;
  /** A tag of BCP 47; empty: found out from each text. */
  language: string;
}

/** What is said of a document, apart from its content. */
export interface Source {
  doc_hash: string;
  content_type: string;
  title: string;
  metadata: { path: string; folder: string; suffix: string };
  folder: string;
  language?: string;
}

/** The document of the file at `path`, relative to the folder that was given. Throws an `Error` where it can have no such folder. */
export async function sourceOf(path: string, contentType: string, target: Target): Promise<Source> {
  const readable = path.toWellFormed();
  const parent = readable.includes("/") ? readable.slice(0, readable.lastIndexOf("/")) : ".";
  const below = parent === "." ? "" : `/${parent}`;
  return {
    doc_hash: await documentId(readable, target.prefix),
    content_type: contentType,
    title: fileName(readable),
    metadata: { path: readable, folder: parent, suffix: suffixOf(readable) },
    folder: canonicalFolder(target.folder === "/" ? below || "/" : target.folder + below),
    ...(target.language !== "" && { language: target.language }),
  };
}

/**
 * The id of the file at `path`: `prefix`, then the path with everything but letters, digits and underscores as hyphens, then a digest of
 * both, since different paths may read the same.
 */
export async function documentId(path: string, prefix = ""): Promise<string> {
  const digest = (await sha256(new TextEncoder().encode(`${prefix}\0${path}`))).slice(0, DIGEST_LENGTH);
  const start = prefix === "" ? "" : `${prefix}-`;
  const room = ID_MAX_LENGTH - start.length - digest.length - 1;
  // The end of a path says more than its start.
  const readable = trimmed(trimmed(path.replace(/[^A-Za-z0-9_]+/gu, "-")).slice(-room));
  return readable === "" ? start + digest : `${start}${readable}-${digest}`;
}

export function isPrefix(text: string): boolean {
  return text === "" || PREFIX.test(text);
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The suffix with its dot, in lower case; empty where there is none, as in `.profile`. */
export function suffixOf(path: string): string {
  const name = fileName(path);
  const dot = name.lastIndexOf(".");
  return dot > 0 && dot < name.length - 1 ? name.slice(dot).toLowerCase() : "";
}

/** In hexadecimal digits. */
export async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The digest of a text as it is sent, in UTF-8. */
export function digestOf(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text));
}

function trimmed(text: string): string {
  return text.replace(/^-+|-+$/g, "");
}
