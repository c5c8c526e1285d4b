// Why a file is not sent, what becomes of one that is, and what there is to do.

import { size } from "./number";
import type { Told } from "./problems";

export const ENCODINGS = {
  "utf-8": "UTF-8",
  "utf-16": "UTF-16",
  unknown: "not UTF-8: the service looks which",
} as const;

export const EMPTY: Told = { what: "It is empty", advice: "There is nothing in it to be found." };
export const NO_PDF: Told = {
  what: "This PDF cannot be read",
  advice: "It does not begin as a PDF does. It may be damaged, or another file with that name.",
};
export const NO_DOCX: Told = {
  what: "This Word document cannot be read",
  advice: "It does not begin as a DOCX does. It may be damaged, or another file with that name.",
};
export const OLD_WORD: Told = {
  what: "This Word document cannot be read",
  advice: "It has a password, or the older format DOC. Save it as DOCX without a password.",
};
export const NO_UTF8: Told = {
  what: "Its encoding cannot be read",
  advice: "A plain text or Markdown has to be UTF-8, or UTF-16 with its mark. Save it in UTF-8.",
};
export const NO_TEXT: Told = {
  what: "This is no text",
  advice: "It holds a NUL, which no text does. It may be another file with that name.",
};
export const UNREADABLE: Told = {
  what: "The file cannot be read",
  advice: "It was changed, moved or deleted since you chose it, or you may not read it. Choose it again.",
};
export const INTERRUPTED: Told = {
  what: "The file did not get through",
  advice: "The connection to the place for large files broke several times. Try again.",
};

export function typeNotTaken(suffix: string, taken: readonly string[]): Told {
  const what = suffix === "" ? "Files without a suffix are not taken" : `Files that end in ${suffix} are not taken`;
  return { what, advice: `These are: ${taken.join(", ")}.` };
}

export function tooLarge(bytes: number, most: number): Told {
  return { what: "It is too large", advice: `It has ${size(bytes)}; ${size(most)} is the most.` };
}

export function noSuchFolder(reason: string): Told {
  return { what: "It cannot have the folder that it is in", advice: `The reason: ${reason}.` };
}

export function sameDocument(as: string): Told {
  return {
    what: `It would be the same document as ${as}`,
    advice: "Both have the same path in what was given. Send them one after the other, each with a prefix of its own.",
  };
}
