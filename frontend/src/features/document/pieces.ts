// A content in pieces: what is between passages, each passage, what two of them share, and what of these a search has found.
import type { Found } from "./locate";

export interface Piece extends Found {
  /** The passages that it is of, by their places in the document from 0: none between passages, two where they overlap. */
  passages: number[];
  /** Those that begin here. */
  beginning: number[];
  isMarked: boolean;
}

/** Cut the first `length` characters at every place where a passage or what is marked begins or ends. */
export function piecesOf(length: number, passages: readonly (Found | null)[], marked: Found | null): Piece[] {
  const edges = new Set([0, length]);
  for (const found of [...passages, marked]) {
    if (found === null) continue;
    for (const edge of [found.start, found.end]) if (edge < length) edges.add(edge);
  }
  const sorted = [...edges].sort((one, other) => one - other);
  return sorted.slice(0, -1).map((start, index) => {
    const end = sorted[index + 1] ?? length;
    const isIn = (found: Found | null) => found !== null && found.start <= start && start < found.end;
    const inside = passages.flatMap((found, place) => (isIn(found) ? [place] : []));
    return {
      start,
      end,
      passages: inside,
      beginning: inside.filter((place) => passages[place]?.start === start),
      isMarked: isIn(marked),
    };
  });
}
