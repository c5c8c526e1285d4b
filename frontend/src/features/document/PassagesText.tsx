// A content with the boundaries of its passages drawn in it; and passages alone, where the content is no text.
import { useEffect, useMemo, useRef } from "react";
import { classes } from "../../design/classes";
import { count, many } from "../../words/number";
import { locate, locateAll } from "./locate";
import { type Piece, piecesOf } from "./pieces";
import type { Passage, Passages } from "./usePassages";

interface Props {
  text: string;
  type: string;
  /** What a search has found, as it was cut; null is nothing. */
  hit: string | null;
  /** Those to be drawn; null draws none. */
  drawn: Passages | null;
}

export function PassagesText({ text, type, hit, drawn }: Props) {
  const marked = useRef<HTMLElement>(null);
  const found = useMemo(
    () => locateAll(text, drawn?.passages.map((passage) => passage.text) ?? [], type),
    [text, type, drawn],
  );
  const pieces = useMemo(
    () => piecesOf(text.length, found, hit === null ? null : locate(text, hit)),
    [text, found, hit],
  );
  useEffect(() => {
    // Newer browsers answer with a promise, which is nothing to clean up.
    void marked.current?.scrollIntoView({ block: "center" });
  }, []);
  const first = pieces.find((piece) => piece.isMarked);
  return (
    <>
      {drawn && (
        <Told
          count={drawn.count}
          shown={found.filter((each) => each !== null).length}
          overlap={pieces.some((piece) => piece.passages.length > 1)}
        />
      )}
      <pre className="max-w-[80ch] font-sans break-words whitespace-pre-wrap">
        {pieces.map((piece) => (
          <PieceText
            key={piece.start}
            piece={piece}
            text={text.slice(piece.start, piece.end)}
            passages={drawn?.passages ?? []}
            marked={piece === first ? marked : undefined}
          />
        ))}
      </pre>
    </>
  );
}

interface ToldProps {
  count: number;
  shown: number;
  overlap: boolean;
}

function Told({ count: all, shown, overlap }: ToldProps) {
  const left = all - shown;
  return (
    <p className="mb-3 text-sm text-soft">
      {many(all, "passage")}, each with its number where it begins
      {all > 1 && ", by turns in two colours"}
      {overlap && ", and in a third where two of them overlap"}.
      {left > 0 &&
        ` ${count(left)} of them ${left === 1 ? "is" : "are"} not drawn: without a backup, worded otherwise than the content, or further on.`}
    </p>
  );
}

interface PieceProps {
  piece: Piece;
  text: string;
  /** All of the document. */
  passages: readonly Passage[];
  marked: React.RefObject<HTMLElement | null> | undefined;
}

function PieceText({ piece, text, passages, marked }: PieceProps) {
  const shown = piece.isMarked ? <mark ref={marked}>{text}</mark> : text;
  const [passage] = piece.passages.flatMap((place) => passages[place] ?? []);
  if (passage === undefined) return shown;
  const tint = piece.passages.length > 1 ? "bg-warn-tint" : passage.index % 2 === 0 ? "bg-accent-tint" : "bg-busy-tint";
  return (
    <span className={classes("box-decoration-clone", tint)}>
      {piece.beginning
        .flatMap((place) => passages[place] ?? [])
        .map((begun) => (
          <Ordinal key={begun.index} passage={begun} />
        ))}
      {shown}
    </span>
  );
}

function Ordinal({ passage }: { passage: Passage }) {
  const where = [passage.heading, passage.page !== null && `page ${passage.page}`].filter(Boolean).join(", ");
  return (
    <span
      title={`Passage ${passage.index + 1}${where && `: ${where}`}`}
      className="mr-1 rounded border border-edge bg-card px-1 align-baseline text-xs text-ink tabular-nums select-none"
    >
      <span className="sr-only">Passage </span>
      {passage.index + 1}
    </span>
  );
}

/** The passages of a content that a browser does not show; the one of that index is marked. */
export function PassageList({
  passages: { passages, count: all },
  marked,
}: {
  passages: Passages;
  marked: number | null;
}) {
  const shown = useRef<HTMLElement>(null);
  useEffect(() => {
    void shown.current?.scrollIntoView({ block: "center" });
  }, []);
  return (
    <>
      <ol aria-label="Passages" className="grid gap-3">
        {passages.map((passage) => (
          <li key={passage.index} className="max-w-[80ch] border-t border-line pt-2">
            <p className="text-sm text-soft">
              <Ordinal passage={passage} />
              {[passage.heading, passage.page !== null && `page ${passage.page}`].filter(Boolean).join(", ")}
            </p>
            <p className="break-words whitespace-pre-wrap">
              {passage.index === marked ? <mark ref={shown}>{passage.text}</mark> : passage.text}
            </p>
          </li>
        ))}
      </ol>
      {passages.length < all && (
        <p className="mt-3 text-sm text-soft">
          {count(all - passages.length)} of {many(all, "passage")} are not shown: they have no backup, or are further
          on.
        </p>
      )}
    </>
  );
}
