"""Cuts a document's text into passages that fit the embedding model.

A passage ends where the text does: before a heading, after a paragraph, a line or a sentence. Among places that are
equally good, a hash of the words around each decides, and not how full a passage is: packing each passage up to its
limit would move every cut after an insertion, and change the text, the digest and so the vector of every passage there.
Cuts that the words themselves choose are back in place a few passages after the change.
"""

import math
import re
import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from bloomweaver.content.extracted import ExtractedText
from bloomweaver.content.headings import Heading, find_headings
from bloomweaver.errors import ConfigurationError
from bloomweaver.models.chunk import Passage

CHARACTERS_PER_TOKEN = 16
"""A passage has at most so many characters for each token of its limit. BERT takes a run of over 100 letters, be it a
megabyte long, for one unknown token; prose has 4 or 5."""

_UNITS_PER_PASSAGE = 8
"""A line or sentence of more than this part of a passage is cut further, or passages could not be filled with them."""

_MIN_UNIT_TOKENS = 4
_SPACE_COUNTED = 8  # Characters of the space after a unit that count as its own, for tokenizers to which space is text.
_TEXTS_PER_BATCH = 4096  # The tokenizer's results are large: about 1 KiB for a short text.


class Cut(IntEnum):
    """How good a place is to end a passage, the best first."""

    HEADING = 0
    PARAGRAPH = 1
    SENTENCE = 2  # Or before an item of a list, a row, a `name: value`.
    LINE = 3  # The end of a line within a sentence.
    WORD = 4
    AFTER_HEADING = 5


# In thousandths of what one more passage costs; as integers, so that sums do not depend on what was added before.
_PASSAGE_COST = 1000
_CUT_COST = {
    Cut.HEADING: 0,
    Cut.PARAGRAPH: 200,
    Cut.SENTENCE: 700,
    Cut.LINE: 1800,
    Cut.WORD: 2800,
    Cut.AFTER_HEADING: 9000,
}
_MEAN_BONUS = 300
"""What the hash takes off the cost of a cut, on average; drawn from an exponential distribution. So a few places are
cut whatever comes before them, and there the passages of two versions of a document meet again. With more, changes
spread less and passages are shorter: measured, an edit changes 2 or 3 passages, and passages are filled to 80 %."""
_MAX_BONUS = 1300
"""Low enough that no cut within a sentence is ever cheaper than one between two."""

_CLOSING = r"[\"'”’»)\]」』）】]*"  # noqa: RUF001
_SENTENCE_END = rf"[.!?…؟۔।]{_CLOSING}(?=\s+[^\sa-z])|[。！？]{_CLOSING}"  # noqa: RUF001
_UNIT = re.compile(rf"(?P<text>[^\S\n]{{0,32}}\S(?:.*?(?:{_SENTENCE_END})|.*))(?P<gap>[^\S\n]*(?:\n(?:[^\S\n]*\n)*)?)")
_ENDS_SENTENCE = re.compile(rf"[.!?…؟۔।;。！？；]{_CLOSING}\Z")  # noqa: RUF001
_STARTS_ITEM = re.compile(r"\s*(?:[-*+•|>#`~]|\d+[.)]|\S+: )")
_WORD = re.compile(r"\s*\S+\s*")

_Cutter = Callable[[list[str]], list[list[str]]]


class _Unit(NamedTuple):
    """What a passage is made of, a line or a sentence: `text[start:end]`, and the space after it up to `stop`."""

    start: int
    end: int
    stop: int
    cut: Cut
    """The kind of the place before this unit."""


class Chunker:
    """Cuts texts into passages of at most `max_tokens` tokens of `tokenizer`, special tokens ([CLS], [SEP]) included.

    A passage starts with up to `overlap_tokens` of the one before it, in whole sentences where they fit, unless it
    starts at a heading. The same text always gives the same passages. Raises `ConfigurationError` if the limits leave
    no room for text.
    """

    def __init__(self, tokenizer: Tokenizer, max_tokens: int, overlap_tokens: int) -> None:
        if tokenizer.truncation or tokenizer.padding:
            # Either would hide the true count. A copy, since the encoder that runs beside may want them as they are.
            tokenizer = Tokenizer.from_str(tokenizer.to_str())
            tokenizer.no_truncation()
            tokenizer.no_padding()
        capacity = max_tokens - tokenizer.num_special_tokens_to_add(is_pair=False)
        if capacity < 2 * _MIN_UNIT_TOKENS:
            raise ConfigurationError(f"a chunk of {max_tokens} tokens has no room for text: allow 16 or more")
        if not 0 <= overlap_tokens <= capacity // 2:
            raise ConfigurationError(
                f"an overlap of {overlap_tokens} tokens does not suit chunks of {max_tokens}: take 0 to {capacity // 2}"
            )
        self._tokenizer = tokenizer
        self._capacity = capacity
        self._overlap = overlap_tokens
        self._unit_tokens = max(_MIN_UNIT_TOKENS, capacity // _UNITS_PER_PASSAGE)

    def split(self, extracted: ExtractedText) -> list[Passage]:
        """The passages in order, none for a text of white space alone; all text but white space is in at least one.

        `page` is the page that a passage starts on, `heading` the titles above its start, outermost first, joined by
        ` > `.
        """
        text = "\n".join(block.text for block in extracted.blocks)
        block_starts = list(accumulate((len(block.text) + 1 for block in extracted.blocks[:-1]), initial=0))
        headings = find_headings(text) if extracted.markdown else []
        heading_starts = [heading.start for heading in headings]
        passages = []
        for start, passage in self._passages(text, headings):
            above = bisect_right(heading_starts, start)
            path = headings[above - 1].path if above else ()
            page = extracted.blocks[bisect_right(block_starts, start) - 1].page
            passages.append(Passage(text=passage, heading=" > ".join(path) or None, page=page))
        return passages

    def _passages(self, text: str, headings: Sequence[Heading]) -> Iterator[tuple[int, str]]:
        """Each passage with its place in the text."""
        counted = self._fit(text, _units(text, headings), (_words, self._pieces))
        if not counted:
            return
        units = [unit for unit, _ in counted]
        tokens_before = [0, *accumulate(tokens for _, tokens in counted)]
        cuts = self._cuts(text, units, tokens_before)
        starts = [units[first].start for first in cuts[:-1]]
        ends = [units[stop - 1].end for stop in cuts[1:]]
        overlapping = [units[self._overlap_start(units, tokens_before, first)].start for first in cuts[:-1]]
        passages = [text[start:end] for start, end in zip(overlapping, ends, strict=True)]
        counts = self._count(passages)
        for place, passage, tokens, start, end in zip(overlapping, passages, counts, starts, ends, strict=True):
            if tokens <= self._capacity:
                yield place, passage
            else:
                # Not every tokenizer finds as many tokens in a text as in its parts together. Without the overlap, or
                # the first piece could be nothing else.
                for offset, piece in self._passage_splitter.chunk_indices(text[start:end]):
                    yield start + offset, piece

    def _cuts(self, text: str, units: Sequence[_Unit], tokens_before: Sequence[int]) -> list[int]:
        """The units before which the text is cut, from 0 to the number of units: those with the least cost in sum.

        `cost[i]` is that of the text before unit i, `last[i]` the cut before i on the way to it. The starts that a
        passage up to i may have are a window that moves along with i, and a queue of the starts that are still the
        cheapest of their window gives its minimum without going through it.
        """
        cost = [0]
        last = [0]
        with_overlap: deque[int] = deque()
        without_overlap: deque[int] = deque()
        windows = ((without_overlap, self._capacity), (with_overlap, self._capacity - self._overlap))
        for stop in range(1, len(units) + 1):
            newest = stop - 1
            window = with_overlap if _has_overlap(units, newest) else without_overlap
            while window and cost[window[-1]] > cost[newest]:
                window.pop()
            window.append(newest)
            for window, limit in windows:
                while (
                    window
                    and window[0] != newest
                    and (
                        tokens_before[stop] - tokens_before[window[0]] > limit
                        or units[newest].end - units[window[0]].start > limit * CHARACTERS_PER_TOKEN
                    )
                ):
                    window.popleft()
            start = min((window[0] for window, _ in windows if window), key=cost.__getitem__)
            cost.append(cost[start] + _PASSAGE_COST + (_cost(text, units, stop) if stop < len(units) else 0))
            last.append(start)
        cuts = [len(units)]
        while cuts[-1]:
            cuts.append(last[cuts[-1]])
        return cuts[::-1]

    def _overlap_start(self, units: Sequence[_Unit], tokens_before: Sequence[int], first: int) -> int:
        """The unit that the passage from unit `first` on starts with, once it overlaps the passage before it."""
        if not _has_overlap(units, first):
            return first
        start = first
        while (
            start > 0
            and units[start].cut is not Cut.AFTER_HEADING
            and tokens_before[first] - tokens_before[start - 1] <= self._overlap
            and units[first].start - units[start - 1].start <= self._overlap * CHARACTERS_PER_TOKEN
        ):
            start -= 1
        return min(range(start, first), key=lambda unit: max(units[unit].cut, Cut.SENTENCE), default=first)

    def _fit(self, text: str, units: list[_Unit], cutters: Sequence[_Cutter]) -> list[tuple[_Unit, int]]:
        """The units, each with its number of tokens; those that are too large cut further, by each cutter in turn."""
        counts = self._count([text[unit.start : min(unit.stop, unit.end + _SPACE_COUNTED)] for unit in units])
        counted = list(zip(units, counts, strict=True))
        large = [unit for unit, tokens in counted if self._is_large(unit, tokens)]
        if not cutters or not large:
            return counted
        cutter, *finer = cutters
        parts = cutter([text[unit.start : unit.end] for unit in large])
        smaller = [part for unit, texts in zip(large, parts, strict=True) for part in _parts(unit, texts)]
        kept = [(unit, tokens) for unit, tokens in counted if not self._is_large(unit, tokens)]
        return sorted(kept + self._fit(text, smaller, finer))

    def _is_large(self, unit: _Unit, tokens: int) -> bool:
        return tokens > self._unit_tokens or unit.end - unit.start > self._unit_tokens * CHARACTERS_PER_TOKEN

    def _pieces(self, texts: list[str]) -> list[list[str]]:
        """Runs of text without a space, such as Chinese or base64, cut between words or characters as Unicode has them.

        In slices, since the splitter's time grows with the square of a text's length.
        """
        size = self._unit_tokens * CHARACTERS_PER_TOKEN
        slices = [[text[at : at + size] for at in range(0, len(text), size)] for text in texts]
        pieces = iter(self._piece_splitter.chunk_all([part for parts in slices for part in parts]))
        return [[piece for _ in parts for piece in next(pieces)] for parts in slices]

    @cached_property
    def _piece_splitter(self) -> TextSplitter:
        # Made where it is needed, as the one below: it takes a copy of the whole tokenizer.
        return TextSplitter.from_huggingface_tokenizer(self._tokenizer, self._unit_tokens, trim=False)

    @cached_property
    def _passage_splitter(self) -> TextSplitter:
        return TextSplitter.from_huggingface_tokenizer(self._tokenizer, self._capacity)

    def _count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens in each text, without special tokens."""
        return [
            len(encoding)
            for at in range(0, len(texts), _TEXTS_PER_BATCH)
            for encoding in self._tokenizer.encode_batch_fast(
                texts[at : at + _TEXTS_PER_BATCH], add_special_tokens=False
            )
        ]


def _units(text: str, headings: Sequence[Heading]) -> list[_Unit]:
    """The lines and sentences of a text, each with the kind of the place before it."""
    units: list[_Unit] = []
    cut = Cut.PARAGRAPH
    coming = iter(headings)
    heading = next(coming, None)
    for match in _UNIT.finditer(text):
        body, gap = match["text"], match["gap"]
        if units and cut is Cut.LINE and _STARTS_ITEM.match(body):
            cut = Cut.SENTENCE
        while heading and heading.end <= match.start():
            heading = next(coming, None)
        in_heading = heading is not None and heading.start <= match.start()
        if cut is not Cut.AFTER_HEADING and in_heading:
            cut = Cut.HEADING
        units.append(_Unit(match.start(), match.start() + len(body.rstrip()), match.end(), cut))
        if in_heading:
            cut = Cut.AFTER_HEADING
        elif gap.count("\n") > 1:
            cut = Cut.PARAGRAPH
        elif _ENDS_SENTENCE.search(body, max(0, len(body) - _SPACE_COUNTED)):
            cut = Cut.SENTENCE
        else:
            cut = Cut.LINE
    return units


def _words(texts: list[str]) -> list[list[str]]:
    return [_WORD.findall(text) for text in texts]


def _parts(unit: _Unit, texts: Sequence[str]) -> Iterator[_Unit]:
    """The units that a unit becomes where it is cut into `texts`; a blank one, of its indentation, is none."""
    start = unit.start
    cut = unit.cut
    for text in texts:
        stop = start + len(text)
        if end := len(text.rstrip()):
            yield _Unit(start, start + end, stop, cut)
            cut = Cut.WORD
        start = stop


def _has_overlap(units: Sequence[_Unit], first: int) -> bool:
    """Whether a passage from unit `first` on repeats the end of the one before it; a heading begins something else."""
    return first > 0 and units[first].cut is not Cut.HEADING


def _cost(text: str, units: Sequence[_Unit], place: int) -> int:
    """What it costs to cut before the unit `place`, by the kind of the place and the text around it alone."""
    before, after = units[place - 1], units[place]
    around = text[before.start : before.end] + text[after.start : after.end]
    draw = (zlib.crc32(around.encode()) + 1) / 2**32  # In (0, 1].
    return _CUT_COST[after.cut] - min(round(-_MEAN_BONUS * math.log(draw)), _MAX_BONUS)
