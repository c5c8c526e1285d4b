"""Where a text has the words of a query, in the text as it is shown, and whether it has a phrase."""

import re
import string
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from bloomweaver.analysis.folding import normal
from bloomweaver.analysis.known import Known
from bloomweaver.analysis.query import AnalysedQuery, asked, in_order
from bloomweaver.analysis.stems import stems
from bloomweaver.analysis.terms import TERM_MAX_BYTES
from bloomweaver.analysis.words import SPELT_SIGNS, Kind, Piece, pieces

_CHANGING_STARTS = ("indonesian", "irish")
"""Stemmers of Latin letters that take something off the start of a word too."""
_LOOKED_FOR_MAX = 64
"""With more letters and stems to look for, it takes less to look into each word."""
_KNOWN_PARTS = 1 << 13
_KNOWN_TEXTS = 1 << 11
"""Queries that come again find the same passages."""
_PIECES = Known(pieces, 1 << 14)


class Span(NamedTuple):
    """A part of a text, in code points: from `start` to before `end`."""

    start: int
    end: int


class _Wanted:
    """What a query looks for: terms, and stems by the stemmer's name, since those of another language mean nothing."""

    def __init__(self, folded: str) -> None:
        looked_for = list(asked(folded))
        self._terms = frozenset(piece.term for piece in looked_for)
        self._stems = frozenset(found for piece in looked_for for found in stems(piece.form))
        self._starts = frozenset(piece.term[0] for piece in looked_for)
        self._within = {stem for name, stem in self._stems if name in _CHANGING_STARTS and len(stem) > 2}
        self.parts = _parts(self._starts, self._within)
        """What is between spaces and may have something."""
        self.places = Known(self._places, _KNOWN_PARTS)
        """By part of a text, where in it something is that is looked for."""

    def __bool__(self) -> bool:
        return bool(self._terms)

    def _places(self, part: str) -> tuple[Span, ...]:
        found = _PIECES[part]
        if len(found) == 1:  # nearly all
            (piece,) = found
            return (Span(piece.start, piece.end),) if self._has(piece) else ()
        return tuple(Span(piece.start, piece.end) for piece in found if self._has(piece))

    def _has(self, piece: Piece) -> bool:
        """Whether the piece is one of the words, or has the stem of one in some language."""
        term = piece.term
        if term in self._terms:
            return piece.kind is not Kind.CLITIC
        # Most words are not looked for. A stem begins as its word does, or stands within it.
        if term[0] not in self._starts and term.isascii() and not any(root in term for root in self._within):
            return False
        if not piece.form or not self._stems or piece.kind is Kind.CLITIC:
            return False
        return not self._stems.isdisjoint(stems(piece.form))


def _parts(starts: Collection[str], within: Collection[str]) -> re.Pattern[str]:
    """The parts between spaces, but for those of ASCII that have no word that begins with one of `starts`, and none of
    the stems `within`."""
    if len(starts) + len(within) > _LOOKED_FOR_MAX:
        return re.compile(r"\S+")
    letters = "".join(letter for letter in string.ascii_lowercase + string.digits if letter in starts)
    may = [r"[^\x00-\x7f\s]", *map(re.escape, sorted(within))]
    if letters:
        may.append(rf"(?<![a-z0-9])v?[{letters}]")  # a number is found with its `v`
    if "d" in starts:
        may.append(r"(?<![\w.])\.")  # of a name such as `.NET`, which is spelt
    return re.compile(rf"(?<!\S)(?=\S*?(?:{'|'.join(may)}))\S+")


def find_terms(text: str, query: AnalysedQuery) -> list[Span]:
    """Where `text` has a word of the query, or one with the same stem, in order; none overlaps or touches another."""
    return list(_terms_in(text, query.folded))


@lru_cache(maxsize=_KNOWN_TEXTS)
def _terms_in(text: str, query: str) -> tuple[Span, ...]:
    wanted = _wanted(query)
    if not wanted:
        return ()
    folded, origins = _with_origins(text)
    parts = ((part.start(), part[0]) for part in wanted.parts.finditer(folded))
    found = sorted((at + start, at + end) for at, part in parts for start, end in wanted.places[part])
    spans: list[Span] = []
    for start, end in found:
        span = Span(start, end) if origins is None else Span(origins[start].start, origins[end - 1].end)
        if spans and span.start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, span.end))
        else:
            spans.append(span)
    return tuple(spans)


def has_phrase(text: str, phrase: str) -> bool:
    """Whether `text` has the words of `phrase` one after the other, whatever signs and spaces are between them."""
    looked_for = in_order(normal(phrase))
    if not looked_for:
        return False
    folded = normal(text)
    return _may_have(folded, looked_for) and f" {looked_for} " in f" {in_order(folded)} "


def _may_have(folded: str, words: str) -> bool:
    """Whether it is worth cutting a text into its words: without other letters than ours, each of them stands in it as
    it is, but for one that was shortened or has a sign."""
    if not folded.isascii():
        return True
    return all(word in folded or len(word) >= TERM_MAX_BYTES or word.endswith(SPELT_SIGNS) for word in words.split())


@lru_cache(maxsize=8)
def _wanted(folded: str) -> _Wanted:
    return _Wanted(folded)


def _with_origins(text: str) -> tuple[str, Sequence[Span] | None]:
    """The normal form of `text`, and where each character of it comes from; none where all are in their place."""
    if text.isascii() and len(folded := normal(text)) == len(text):
        return folded, None
    folded_parts: list[str] = []
    origins: list[Span] = []
    for start, end in _clusters(text):
        part = normal(text[start:end])
        folded_parts.append(part)
        if len(part) == end - start and text[start:end].isascii():
            origins += [Span(place, place + 1) for place in range(start, end)]
        else:
            origins += [Span(start, end)] * len(part)
    return "".join(folded_parts), origins


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Parts of the text of which each is folded without regard to its neighbours."""
    return (found.span() for found in _cluster().finditer(text))


@cache
def _cluster() -> Any:
    import regex

    # A letter of ours may have marks behind it.
    return regex.compile(r"[\x20-\x7e]+(?=[\x00-\x7f]|\Z)|\X")
