// A text that is being edited, and what it began on. Lines end as the content's lines did, whatever the editor shows them with.
import { digestOf } from "../../uploads/source";

export type Newline = "\n" | "\r\n";

/** What was read of the service, or last saved there. */
export interface Basis {
  /** The latest version that is known of; 0 where there is none. It is what a save expects. */
  version: number;
  /** With `\n` at the end of each line. */
  text: string;
  /** Of the content, as the service has it. */
  sha256: string;
  newline: Newline;
}

export interface Draft {
  basis: Basis;
  text: string;
  /** The version that the last save made, if there was one. */
  saved: number | null;
}

/** The basis of a content. A text with both ends of lines gets those of which it has any of Windows'. */
export async function basisOf(content: string, version: number): Promise<Basis> {
  const newline = content.includes("\r\n") ? "\r\n" : "\n";
  return { version, text: content.replace(/\r\n?/g, "\n"), sha256: await digestOf(content), newline };
}

/** The content that a text is saved as. */
export function contentOf(text: string, newline: Newline): string {
  return newline === "\n" ? text : text.replaceAll("\n", newline);
}

export function isUnsaved(draft: Draft): boolean {
  return draft.text !== draft.basis.text;
}

/** Where there is no text yet, or none that may be shown. */
export function emptyBasis(version: number): Basis {
  return { version, text: "", sha256: "", newline: "\n" };
}
