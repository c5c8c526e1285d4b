// Where a passage stands in a content: what was taken from it has other white space, and none of its markup.

export interface Found {
  start: number;
  end: number;
}

const WORD = /[\p{L}\p{N}]+/gu;

/** From the passage's first word to its last one, by its words in their order; null where they are not there so. */
export function locate(content: string, passage: string): Found | null {
  const wanted = wordsOf(passage).map((word) => word.text);
  const there = wordsOf(content);
  if (wanted.length === 0) return null;
  for (let start = 0; start + wanted.length <= there.length; start++) {
    if (wanted.every((word, index) => there[start + index]?.text === word)) {
      const first = there[start];
      const last = there[start + wanted.length - 1];
      if (first && last) return { start: first.start, end: last.end };
    }
  }
  return null;
}

function wordsOf(text: string): { text: string; start: number; end: number }[] {
  return [...text.matchAll(WORD)].map((found) => ({
    text: found[0].toLowerCase(),
    start: found.index,
    end: found.index + found[0].length,
  }));
}
