"""What POST /search answers."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.chunk import Metadata


class Source(StrEnum):
    """Where candidates were kept."""

    MEMORY = "memory"
    TABLE = "table"


class Part(StrEnum):
    """What may take part in an answer."""

    DENSE = "dense"
    KEYWORD = "keyword"
    RERANK = "rerank"


class Place(BaseModel):
    """Where a leg had a hit."""

    model_config = ConfigDict(frozen=True)

    rank: int
    """From 1."""
    score: float
    """Of the leg: a cosine similarity, or what BM25 gives."""


class Explanation(BaseModel):
    """What the score of a hit is made of. A leg that did not have the hit among its candidates is none."""

    model_config = ConfigDict(frozen=True)

    index: str
    dense: Place | None = None
    keyword: Place | None = None
    fused: float
    """Of the two legs."""
    phrases: int = 0
    """How many phrases of the query its text has word for word: more rank first."""
    rerank: float | None = None
    """What the reranker gave; none where it did not look."""


class Highlight(BaseModel):
    """A part of a hit's text that the query's words found."""

    model_config = ConfigDict(frozen=True)

    start: int
    """In code points from the start of `text`."""
    end: int
    """The first code point after it."""


class SearchHit(BaseModel):
    """A passage that was found."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    version: int
    chunk_id: str
    score: float
    """By `mode`: the cosine similarity, what BM25 gives, or both fused, from 0 to 1. Where it was reranked, it is what
    the reranker gave."""
    text: str
    title: str | None = None
    heading: str | None = None
    page: int | None = None
    metadata: Metadata = {}
    highlights: list[Highlight] = []
    explain: Explanation | None = None


class PartReport(BaseModel):
    """How a part took part."""

    model_config = ConfigDict(frozen=True)

    hits: int
    """How many candidates it gave, or put in order."""
    missing: str | None = None
    """Why it took no part, or in an index none."""


class QueryReport(BaseModel):
    """How the query was read."""

    model_config = ConfigDict(frozen=True)

    windows: int
    """In how many windows the model read it: more than one for a query that is too long."""


class SearchAnswer(BaseModel):
    """The body of the answer: the hits that may be shown, the best first."""

    model_config = ConfigDict(frozen=True)

    results: list[SearchHit]
    query: QueryReport
    legs: dict[Part, PartReport]
    """What was asked, and what came of it."""
    cursor: str | None = None
    """For the next page; none where there is none."""
    bounded: bool = False
    """Whether the hits end here since no more candidates are looked at, though there may be more."""
    moved: bool = False
    """Whether the index has changed under the cursor: a hit may be missing, or come once more."""
    cached: Source | None = None
    """Where the candidates were taken from, if they were kept."""
    took_ms: dict[str, float]
    """`total`, and of it by part, which may have run at the same time."""
