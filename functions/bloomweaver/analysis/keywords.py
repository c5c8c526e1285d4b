"""The terms of a passage: what the keyword leg of a search looks in."""

from collections.abc import Iterator
from functools import lru_cache

from bloomweaver.analysis.folding import normal
from bloomweaver.analysis.known import Known
from bloomweaver.analysis.stems import marked, stem, stemmer_of
from bloomweaver.analysis.words import Kind, pieces

KEYWORDS_MAX_CHARACTERS = 20_000
"""80 kB at most, below what Pinecone takes in a field. A passage of 256 tokens has some 2,500."""
_KNOWN_PARTS = 1 << 15
"""Of a language: some 8 MB."""
_LANGUAGES_KNOWN = 3


def passage_keywords(text: str, *, title: str | None, heading: str | None, language: str | None) -> str:
    """The terms of title, heading and text in their order, with spaces between them, each as often as it occurs.

    Each word is followed by its stem in `language` (a tag of BCP 47), marked as one. What has no stem, such as a number
    or a word of an unknown language, is its own: so that a word counts as much as any other. What is above
    `KEYWORDS_MAX_CHARACTERS` is left out at the end.
    """
    known = _known(stemmer_of(language))
    parts = (known[part] for field in (title, heading, text) if field for part in normal(field).split())
    terms = " ".join(filter(None, parts))
    if len(terms) <= KEYWORDS_MAX_CHARACTERS:
        return terms
    return terms[: KEYWORDS_MAX_CHARACTERS + 1].rpartition(" ")[0]


@lru_cache(maxsize=_LANGUAGES_KNOWN)
def _known(stemmer: str | None) -> Known[str]:
    return Known(lambda part: " ".join(_terms(part, stemmer)), _KNOWN_PARTS)


def _terms(part: str, stemmer: str | None) -> Iterator[str]:
    for piece in pieces(part):
        if piece.kind is Kind.CLITIC:
            continue
        yield piece.term
        if piece.kind is Kind.WORD or piece.kind is Kind.BASE:
            yield marked(stem(piece.form, stemmer) if piece.form and stemmer else piece.term)
