// Where passages stand in a content: what was taken from it has other white space, and none of its markup.

export interface Found {
  start: number;
  end: number;
}

interface Word extends Found {
  text: string;
}

const WORD = /[\p{L}\p{N}]+/gu;
const WORD_BEGINS = /[\p{L}\p{N}]/u;
/** Signs behind the last word that are looked at. */
const SIGNS_MAX = 100;
/** Words of a passage that may be those of the one before; the pipeline's overlap is far below. */
const OVERLAP_MAX = 200;
/** Where something of HTML that is no text begins: a comment, what is run or looks, a tag, a character by its name. */
const OPENING = /<!--|<(script|style)\b|<\/?[a-z][^<>]*>|&#?\w{1,32};/gi;

/** From the passage's first word to its last one, by its words in their order; null where they are not there so. */
export function locate(content: string, passage: string): Found | null {
  const there = wordsOf(content);
  const words = wordsOf(passage);
  const place = placeFrom(there, 0, words);
  return place === null ? null : between(there, place, words.length);
}

/** Passages in the order of their document, each of which may begin with the end of the one before; null for one that is not found. */
export function locateAll(content: string, passages: readonly string[], type: string): (Found | null)[] {
  const there = wordsOf(type === "text/html" ? withoutMarkup(content) : content);
  let before: { words: Word[]; start: number } = { words: [], start: -1 };
  return passages.map((passage) => {
    const words = wordsOf(passage);
    const after = before.start < 0 ? 0 : before.start + before.words.length;
    const place =
      placeFrom(there, after - overlapOf(before.words, words), words) ?? placeFrom(there, before.start + 1, words);
    if (place === null) return null;
    before = { words, start: place };
    const found = between(there, place, words.length);
    return found && withSigns(content, passage, found);
  });
}

/** The place with what the passage has before its first word and behind its last one, such as a full stop, if it is there. */
function withSigns(content: string, passage: string, { start, end }: Found): Found {
  const before = passage.slice(0, passage.search(WORD_BEGINS));
  const behind = /[^\p{L}\p{N}]*$/u.exec(passage.slice(-SIGNS_MAX))?.[0] ?? "";
  return {
    start: content.endsWith(before, start) ? start - before.length : start,
    end: content.startsWith(behind, end) ? end + behind.length : end,
  };
}

/** How many words that a passage begins with are the last ones of the passage before. */
function overlapOf(before: Word[], words: Word[]): number {
  const most = Math.min(OVERLAP_MAX, Math.floor(before.length / 2), Math.floor(words.length / 2));
  for (let length = most; length > 0; length--) {
    const from = before.length - length;
    if (words.slice(0, length).every((word, index) => before[from + index]?.text === word.text)) return length;
  }
  return 0;
}

/** The content with spaces in the place of its markup, so that places stay what they are. */
export function withoutMarkup(html: string): string {
  // Of ASCII alone: other letters may become two.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  // What is never closed is looked for once: a text full of openings must not take for ever.
  const unclosed = new Set<string>();
  const after = (closing: string, from: number): number | null => {
    const found = unclosed.has(closing) ? -1 : lower.indexOf(closing, from);
    if (found < 0) unclosed.add(closing);
    return found < 0 ? null : found + closing.length;
  };
  const kept: string[] = [];
  let at = 0;
  for (const { 0: opening, 1: element, index } of html.matchAll(OPENING)) {
    if (index < at) continue;
    let end: number | null = index + opening.length;
    if (opening === "<!--") end = after("-->", end);
    else if (element !== undefined) end = after(`</${element.toLowerCase()}>`, end);
    if (end === null) continue;
    kept.push(html.slice(at, index), " ".repeat(end - index));
    at = end;
  }
  return kept.join("") + html.slice(at);
}

/** The first place from the word `from` on where these words stand. */
function placeFrom(there: Word[], from: number, words: Word[]): number | null {
  if (words.length === 0) return null;
  for (let place = from; place + words.length <= there.length; place++) {
    if (words.every((word, index) => there[place + index]?.text === word.text)) return place;
  }
  return null;
}

function between(there: Word[], place: number, length: number): Found | null {
  const first = there[place];
  const last = there[place + length - 1];
  return first && last ? { start: first.start, end: last.end } : null;
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map((found) => ({
    text: found[0].toLowerCase(),
    start: found.index,
    end: found.index + found[0].length,
  }));
}
