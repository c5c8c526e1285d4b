"""A query as the keyword leg asks it. Nothing in it is syntax but quotation marks in pairs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bloomweaver.analysis.folding import fold
from bloomweaver.analysis.known import Known
from bloomweaver.analysis.stems import marked, stems
from bloomweaver.analysis.words import Kind, Piece, pieces, split

TERMS_MAX = 512
PHRASES_MAX = 16
_PHRASE = re.compile('"([^"]*)"')
_ASKED = {Kind.WORD, Kind.COMPOUND, Kind.PAIR, Kind.LONE}
"""Not a word without its sign, which is another: who asks for `C++` does not ask for `C`; nor the letters of a run that
has several."""
_IN_ORDER = {Kind.WORD, Kind.CLITIC, Kind.SINGLE, Kind.LONE}


@dataclass(frozen=True)
class AnalysedQuery:
    """What a query asks for. All of it is made of `folded`, so that queries with the same are the same."""

    folded: str
    """See `folding.fold`."""
    terms: tuple[str, ...]
    """Distinct, in the order of the query, `TERMS_MAX` at most: each word with its stems in all languages that are
    written like it, since the language of what is looked for is not known."""
    phrases: tuple[str, ...]
    """What stands in quotation marks in pairs, as words with spaces between them; `PHRASES_MAX` at most."""


def analyse_query(query: str) -> AnalysedQuery:
    """What `query` asks for. No words, such as punctuation alone, give no terms."""
    folded = fold(query)
    terms: dict[str, None] = {}
    for piece in asked(folded):
        terms[piece.term] = None
        if piece.kind is Kind.WORD:
            roots = (piece.term, *(root for _, root in stems(piece.form)))
            terms |= dict.fromkeys(map(marked, roots))
        if len(terms) >= TERMS_MAX:
            break
    phrases = (in_order(phrase) for phrase in _PHRASE.findall(folded))
    distinct = dict.fromkeys(phrase for phrase in phrases if phrase)
    return AnalysedQuery(folded, tuple(terms)[:TERMS_MAX], tuple(distinct)[:PHRASES_MAX])


def asked(normal: str) -> Iterator[Piece]:
    """The pieces of a query in its normal form that are looked for."""
    return (piece for _, part in split(normal) for piece in pieces(part) if piece.kind in _ASKED)


def in_order(normal: str) -> str:
    """The words of a normal text one after the other, and of runs the letters, with spaces between them: what phrases
    are compared by."""
    return " ".join(filter(None, map(_ORDERED.__getitem__, normal.split())))


def _ordered(part: str) -> str:
    return " ".join(piece.term for piece in pieces(part) if piece.kind in _IN_ORDER)


_ORDERED = Known(_ordered, 1 << 14)
