import { expect, it } from "vitest";
import { locateAll } from "./locate";
import { piecesOf } from "./pieces";

const shown = (text: string, pieces: ReturnType<typeof piecesOf>) =>
  pieces.map(({ start, end, passages, beginning, isMarked }) =>
    [passages.join("+"), beginning.length > 0 ? "from" : "", isMarked ? "marked" : "", text.slice(start, end)].join(
      "|",
    ),
  );

it("a content is whole in its pieces, and each passage begins once", () => {
  const text = "# One\n\nTwo three.\n\nFour five six.";
  const passages = locateAll(text, ["# One\n\nTwo three.", "Four five six."], "text/markdown");
  const pieces = piecesOf(text.length, passages, { start: text.indexOf("five"), end: text.indexOf(" six") });
  expect(shown(text, pieces)).toEqual([
    "0|from||# One\n\nTwo three.",
    "|||\n\n",
    "1|from||Four ",
    "1||marked|five",
    "1||| six.",
  ]);
});

it("what two passages share is of both", () => {
  const text = "one two three four five six";
  const passages = locateAll(text, ["one two three four", "four five six"], "text/plain");
  expect(shown(text, piecesOf(text.length, passages, null))).toEqual([
    "0|from||one two three ",
    "0+1|from||four",
    "1||| five six",
  ]);
});

it("a passage that is not found is passed over, and one that is cut ends where the text does", () => {
  const pieces = piecesOf(6, [null, { start: 2, end: 9 }, { start: 10, end: 12 }], null);
  expect(shown("abcdef", pieces)).toEqual(["|||ab", "1|from||cdef"]);
  expect(piecesOf(3, [], null)).toHaveLength(1);
});
