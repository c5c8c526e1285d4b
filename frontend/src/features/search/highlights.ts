// A text in pieces, some of them marked.
import type { Schemas } from "../../api/client";

export interface Piece {
  text: string;
  marked: boolean;
  /** Code points from the text's start. */
  start: number;
}

/** The pieces of `text`. Places are in code points, as the API has them, and JavaScript counts in half of some. */
export function pieces(text: string, places: readonly Schemas["Highlight"][]): Piece[] {
  const points = [...text];
  const found: Piece[] = [];
  let at = 0;
  const take = (to: number, marked: boolean) => {
    if (to > at) found.push({ text: points.slice(at, to).join(""), marked, start: at });
    at = Math.max(at, to);
  };
  for (const { start, end } of [...places].sort((one, other) => one.start - other.start)) {
    take(Math.min(start, points.length), false);
    take(Math.min(end, points.length), true);
  }
  take(points.length, false);
  return found;
}
