"""From glyphs and where they stand to the lines of a page: spaces, and columns. Pure, and knows nothing of PDF.

Glyphs come in the order in which the document draws them, which is mostly the order in which people read, and stays so.
Only where columns are drawn row by row are they put one after the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import sub
from statistics import median
from typing import NamedTuple

SPACE = ""
"""A glyph without a character: the reader before took a gap for a space. Its box is that of the glyph before it."""
LINE_END = "\n"
HYPHEN = "-"

_EM = 0.85
"""Of a box's height, which is that from descent to ascent; the em is a little less in most fonts."""
_WORD_GAP = 0.1
"""In em. Kerning and italic correction stay below it, and the smallest space of justified text above."""
_WIDE_GAP = 0.25
"""In em: a space even next to punctuation, where italic letters are moved apart by more than `_WORD_GAP`."""
_SEGMENT_GAP = 1.0
"""In em: what may be the gap between two columns. Wide spaces are as wide, so more has to speak for it."""
_OPENING = frozenset("([{«“‘¿¡")  # noqa: RUF001
_CLOSING = frozenset(".,;:!?)]}»”’%'\"-")  # noqa: RUF001

_ROWS_APART = 3.0
"""Lines that are further apart, in heights, are no neighbours in a column."""
_COLUMN_LINES = 3
"""A column has at least so many lines beside the other one."""
_WORDS_IN_A_LINE = 2.5
"""A column of prose has more words in the middle one of its lines; a cell of a table has fewer."""
_RUNNING_ON = 0.34
"""At least this part of a column's lines goes on in the middle of a sentence; cells begin something each."""
_EQUALLY_WIDE = 0.6
"""The narrowest of the columns has at least this part of the width of the widest."""
_FULL = 0.7
"""Of a column's width: how far the middle one of its lines goes."""
_JUSTIFIED = 0.85
"""Of a column's width: lines that go so far, but for a quarter of them, are prose wherever their sentences begin."""
_SPACED_OUT = 0.25
"""At most this part of a column's lines has a wide gap of its own."""
_CJK_WORD = 3
"""Characters of Chinese or Japanese that count as a word."""


_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")
_PLAIN_WORD = re.compile(r"[\"'“‘«(]?[^\W\d_]+(?:['’-][^\W\d_]+)*-?[\"'”’».,;:!?)]*")  # noqa: RUF001


class Glyph(NamedTuple):
    """A character and its box, in points; `right` is where the next glyph of a word starts."""

    char: str
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True)
class Segment:
    """A run of text on one line, without a wide gap in it."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        """From descent to ascent, in points."""
        return self.top - self.bottom


def _is_line_end(glyph: Glyph) -> bool:
    return glyph.char == LINE_END


Row = list[Segment]
Span = tuple[float, float]


def lines(glyphs: Sequence[Glyph], *, in_order: bool = True) -> list[str]:
    """The lines that the glyphs are, in reading order, each without space at its ends.

    Without `in_order` they are put in order by where they stand: the reader before takes turned text for upright.
    """
    split = _split(glyphs)
    if not in_order:
        split = sorted(map(_from_left, filter(None, split)), key=lambda line: -line[0].bottom)
    rows = [row for line in split if (row := _segments(line))]
    return [" ".join(segment.text for segment in row) for row in _by_columns(rows)]


def _split(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """The glyphs by line: at each end of a line, and where one glyph stands wholly above or below the one before."""
    split: list[list[Glyph]] = []
    for is_end, line in groupby(glyphs, key=_is_line_end):
        if not is_end:
            split += _split_by_height(list(line))
    return split


def _split_by_height(glyphs: list[Glyph]) -> list[list[Glyph]]:
    if max([glyph.bottom for glyph in glyphs]) < min([glyph.top for glyph in glyphs]):
        return [glyphs]
    split: list[list[Glyph]] = [[]]
    last: Glyph | None = None
    for glyph in glyphs:
        has_place = glyph.char not in (SPACE, " ") and glyph.top > glyph.bottom
        if has_place and last is not None and (glyph.bottom >= last.top or glyph.top <= last.bottom):
            split.append([])
        split[-1].append(glyph)
        if has_place:
            last = glyph
    return split


def _from_left(glyphs: Sequence[Glyph]) -> list[Glyph]:
    return sorted(glyphs, key=lambda glyph: glyph.left)


def _segments(glyphs: Sequence[Glyph]) -> Row:
    """The segments of one line, with a space wherever there is one, drawn or left out."""
    plain = _plain_line(glyphs)
    if plain is not None:
        return [plain] if plain.text else []
    heights = [glyph.top - glyph.bottom for glyph in glyphs if glyph.char not in (SPACE, " ")]
    if not heights:
        return []
    em = _EM * median(heights)
    right_to_left = any(_RIGHT_TO_LEFT.match(glyph.char) for glyph in glyphs)
    letter_gap = 0.0 if right_to_left else _letter_gap(glyphs, em)
    segments: list[list[Glyph]] = []
    texts: list[str] = []
    last: Glyph | None = None
    space = False
    for glyph in glyphs:
        if glyph.char in (SPACE, " "):
            # What PDFium takes for a space is only asked for where this does not measure: between letters that are set
            # apart it sees one after each.
            space = space or glyph.char == " " or right_to_left
            continue
        if last is None:
            segments.append([glyph])
            texts.append(glyph.char)
        else:
            # Letters of one ligature stand in one box.
            gap = max(glyph.left - last.right, last.left - glyph.right) - letter_gap
            if gap > _SEGMENT_GAP * em and not right_to_left:
                segments.append([glyph])
                texts.append(glyph.char)
            else:
                narrow = last.char in _OPENING or glyph.char in _CLOSING
                apart = gap > (_WIDE_GAP if narrow else _WORD_GAP) * em and not right_to_left
                texts[-1] += f" {glyph.char}" if space or apart else glyph.char
                segments[-1].append(glyph)
        last = glyph
        space = False
    return [_segment(text, members) for text, members in zip(texts, segments, strict=True)]


def _plain_line(glyphs: Sequence[Glyph]) -> Segment | None:
    """The one segment of a line without gaps, as most are; none if it has to be looked at glyph by glyph."""
    chars, lefts, rights, bottoms, tops = zip(*glyphs, strict=True)
    text = "".join(chars)
    em = _EM * (tops[0] - bottoms[0])
    if "  " in text or _RIGHT_TO_LEFT.search(text) or max(map(sub, lefts[1:], rights), default=0.0) > _WORD_GAP * em:
        return None
    return Segment(text.strip(), min(lefts), max(rights), min(bottoms), max(tops))


def _letter_gap(glyphs: Sequence[Glyph], em: float) -> float:
    """How far the letters of a line are set apart, in points: 0 for a line that is set as usual."""
    gaps = sorted(
        after.left - before.right
        for before, after in pairwise(glyphs)
        if before.char not in (SPACE, " ") and after.char not in (SPACE, " ") and after.left >= before.right
    )
    # The lower quartile: single letters with a gap after each, as in a formula, do not set a line apart.
    usual = gaps[len(gaps) // 4] if len(gaps) > 3 else 0.0
    return usual if usual > _WORD_GAP / 2 * em else 0.0


def _segment(text: str, glyphs: Sequence[Glyph]) -> Segment:
    return Segment(
        text,
        min(glyph.left for glyph in glyphs),
        max(glyph.right for glyph in glyphs),
        min(glyph.bottom for glyph in glyphs),
        max(glyph.top for glyph in glyphs),
    )


def _by_columns(rows: Sequence[Row]) -> list[Row]:
    """The rows, with those that are lines of two or more columns put column by column."""
    ordered: list[Row] = []
    start = 0
    while start < len(rows):
        stop, spans = _side_by_side(rows, start)
        columns = _columns(rows[start:stop], spans)
        if columns:
            ordered += [row for column in columns for row in column]
            start = stop
        else:
            ordered.append(rows[start])
            start += 1
    return ordered


def _columns(rows: Sequence[Row], spans: Sequence[Span]) -> list[list[Row]]:
    """The rows by column, from left to right; none if they are no lines of columns of prose that are drawn row by row.

    A table has gaps from top to bottom too. What tells columns of prose is that they are about equally wide, that their
    lines fill them and have many words, and that these run on from line to line.
    """
    widths = [right - left for left, right in spans]
    if len(spans) < 2 or min(widths) < _EQUALLY_WIDE * max(widths) or not _are_interleaved(rows, spans):
        return []
    columns = [
        [part for row in rows if (part := [item for item in row if left <= item.left < right])] for left, right in spans
    ]
    return columns if all(map(_is_prose, columns, widths)) else []


def _side_by_side(rows: Sequence[Row], start: int) -> tuple[int, list[Span]]:
    """The longest stretch of rows from `start` on with a gap from top to bottom, and what of the width is taken on the
    left and right of each such gap."""
    spans: list[Span] = []
    stop = start
    for row in rows[start:]:
        if stop > start and not _follows(rows[stop - 1], row):
            break
        wider = _merged(spans, row)
        if len(wider) < 2 and stop > start:
            break
        spans = wider
        stop += 1
    return stop, spans


def _follows(before: Row, after: Row) -> bool:
    """Whether a row is a neighbour of the one before: beside it, or below and not far."""
    height = max(before[0].height, after[0].height)
    down = before[0].bottom - after[0].bottom
    return -0.9 * height < down < _ROWS_APART * height


def _merged(spans: Sequence[Span], row: Row) -> list[Span]:
    """What of the width is taken, once the row is there too: from left to right, without gaps that are too narrow to be
    between columns."""
    narrow = _SEGMENT_GAP * _EM * row[0].height
    merged: list[Span] = []
    for left, right in sorted([*spans, *((segment.left, segment.right) for segment in row)]):
        if merged and left <= merged[-1][1] + narrow:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    return merged


def _are_interleaved(rows: Sequence[Row], spans: Sequence[Span]) -> bool:
    """Whether the document goes back to the left again and again: once is what it does between columns that it draws
    one after the other."""
    lefts = [segment.left for row in rows for segment in row]
    returns = sum(after < spans[1][0] <= before for before, after in pairwise(lefts))
    return returns >= _COLUMN_LINES - 1


def _is_prose(column: Sequence[Row], width: float) -> bool:
    """Whether the rows of a column are text that runs on from one to the next, and not cells of a table."""
    texts = [" ".join(segment.text for segment in row) for row in column]
    if len(texts) < _COLUMN_LINES or median(map(_words, texts)) < _WORDS_IN_A_LINE:
        return False
    if sum(len(row) > 1 for row in column) > _SPACED_OUT * len(column):
        return False
    left = min(row[0].left for row in column)
    reach = sorted((row[-1].right - left) / width for row in column)
    if reach[len(reach) // 4] >= _JUSTIFIED:
        return True
    running_on = sum(text[0].islower() for text in texts[1:])
    return median(reach) >= _FULL and running_on >= _RUNNING_ON * (len(texts) - 1)


def _words(text: str) -> float:
    """How many words a line has, roughly, names of commands and variables not counted. Where words are not set apart,
    by its characters."""
    return sum(
        max(1.0, len(word) / _CJK_WORD) if "\u2e80" <= word[0] <= "\uffef" else float(bool(_PLAIN_WORD.fullmatch(word)))
        for word in text.split()
    )
