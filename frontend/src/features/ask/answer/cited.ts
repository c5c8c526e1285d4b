// Where an answer cites: its text in pieces, and the same text as Markdown with marks that no text can hold.
import type { Schemas } from "../../../api/client";

export type Citation = Schemas["Citation"];
/** A piece of text, or the number of what is cited there. */
export type Piece = string | number;

// Two characters of the private use area; those that a text has itself are taken out of it.
const BEGIN = "\uE000";
const END = "\uE001";
const ANY = /[\uE000\uE001]/g;
const MARK = /\uE000(\d+)\uE001/g;
/** As Markdown writes them into the address of a link. */
const ENCODED_MARK = /%EE%80%80(\d+)%EE%80%81/gi;
/** An address at the end of a text would take the mark into itself. */
const ENDS_WITH_ADDRESS = /(?:https?:\/\/|www\.)\S*$/i;

/** The pieces of a text. Places are in code points; one at which the number does not stand is no citation. */
export function piecesOf(text: string, citations: readonly Pick<Citation, "number" | "at">[]): Piece[] {
  const points = [...text];
  const places = citations.flatMap(({ number, at }) => at.map((place) => ({ number, place })));
  const found: Piece[] = [];
  let from = 0;
  for (const { number, place } of places.sort((one, other) => one.place - other.place)) {
    const sign = `[${number}]`;
    if (place < from || points.slice(place, place + sign.length).join("") !== sign) continue;
    if (place > from) found.push(points.slice(from, place).join(""));
    found.push(number);
    from = place + sign.length;
  }
  if (from < points.length) found.push(points.slice(from).join(""));
  return found;
}

/** The text with marks in the place of its citations. */
export function withMarks(pieces: readonly Piece[]): string {
  return pieces.reduce<string>((text, piece) => {
    if (typeof piece === "string") return text + piece.replace(ANY, "\uFFFD");
    return `${text}${ENDS_WITH_ADDRESS.test(text.slice(-2000)) ? " " : ""}${BEGIN}${piece}${END}`;
  }, "");
}

/** A text with marks, in pieces again. */
export function fromMarks(text: string): Piece[] {
  return text
    .split(MARK)
    .map((part, index) => (index % 2 === 0 ? part : Number(part)))
    .filter((piece) => piece !== "");
}

/** A text with marks, with the numbers as they stood there. */
export function withoutMarks(text: string): string {
  return text.replace(MARK, "[$1]").replace(ENCODED_MARK, "[$1]");
}
