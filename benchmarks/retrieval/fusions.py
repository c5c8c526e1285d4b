"""Compares ways to fuse the two legs, offline: each query is asked once a leg, and fused in every way after that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from benchmarks.retrieval.indexing import IndexedSet, Model
from benchmarks.retrieval.metrics import by_document
from benchmarks.retrieval.results import Quality, quality
from benchmarks.retrieval.sets import RetrievalSet
from bloomweaver.analysis import analyse_query
from bloomweaver.models.chunk import Candidate

RANK_CONSTANTS = (10, 20, 60)
WEIGHTS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
"""Of the dense leg."""
RRF_WEIGHTS = (0.4, 0.5, 0.6)

Scores = dict[str, float]
"""By the id of a passage."""


@dataclass(frozen=True)
class Legs:
    """What both legs gave for a query, each the best first."""

    dense: Scores
    keyword: Scores


@dataclass(frozen=True)
class Fusion:
    """A way to make one score of two."""

    name: str
    fuse: Callable[[Legs], Scores]


@dataclass(frozen=True)
class Compared:
    """Of a set: both legs alone, and each fusion by its name."""

    source: str
    dense: Quality
    keyword: Quality
    fused: Mapping[str, Quality]

    def gain(self, fusion: str) -> float:
        """By how much a fusion's nDCG is above that of the better leg."""
        return self.fused[fusion].ndcg - max(self.dense.ndcg, self.keyword.ndcg)

    def recall_gain(self, fusion: str) -> float:
        """The same of recall."""
        return self.fused[fusion].recall - max(self.dense.recall, self.keyword.recall)


def compare(indexed: IndexedSet, model: Model, depth: int, tell: Callable[[], None]) -> Compared:
    """Every fusion on a set, of legs that are `depth` passages deep. `tell` is called after each query."""
    legs: dict[str, Legs] = {}
    for id_, query in indexed.source.queries.items():
        terms = analyse_query(query).terms
        legs[id_] = Legs(
            _scores(indexed.store.query(model.encode_query(query).vector, depth)),
            _scores(indexed.store.query_keywords(terms, depth)),
        )
        tell()
    document_of = {passage: _document(indexed, passage) for both in legs.values() for passage in _passages(both)}

    def found(score: Callable[[Legs], Scores]) -> Quality:
        return _quality(indexed.source, {id_: score(both) for id_, both in legs.items()}, document_of)

    return Compared(
        indexed.source.name,
        found(lambda both: both.dense),
        found(lambda both: both.keyword),
        {fusion.name: found(fusion.fuse) for fusion in fusions()},
    )


def fusions() -> Iterator[Fusion]:
    """Reciprocal rank fusion, and convex combinations of scores on each scale."""
    for constant, weight in product(RANK_CONSTANTS, RRF_WEIGHTS):
        yield Fusion(f"rrf k={constant} w={weight:g}", _reciprocal_ranks(constant, weight))
    for (name, dense, keyword), weight in product(SCALES, WEIGHTS):
        yield Fusion(f"{name} w={weight:g}", _convex(dense, keyword, weight))


def least_and_best(scores: Scores) -> Scores:
    """The list's least score is 0, its best 1."""
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    return {id_: (score - low) / (high - low) if high > low else 1.0 for id_, score in scores.items()}


def above(low: float) -> Callable[[Scores], Scores]:
    """`low`, which no score is below, is 0, and the list's best score 1."""

    def scale(scores: Scores) -> Scores:
        high = max(scores.values(), default=low)
        return {id_: max(0.0, score - low) / (high - low) if high > low else 0.0 for id_, score in scores.items()}

    return scale


def deviations(scores: Scores) -> Scores:
    """By how many standard deviations a score is above the list's mean, moved so that the least is 0."""
    if not scores:
        return {}
    values = list(scores.values())
    mean = sum(values) / len(values)
    deviation = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    low = min(values)
    return {id_: (score - low) / deviation if deviation else 0.0 for id_, score in scores.items()}


def as_it_is(scores: Scores) -> Scores:
    """The scores themselves."""
    return scores


Scale = Callable[[Scores], Scores]
SCALES: Sequence[tuple[str, Scale, Scale]] = (
    ("min-max", least_and_best, least_and_best),
    ("min-max, bm25/best", least_and_best, above(0.0)),
    ("of the best", above(0.0), above(0.0)),
    ("cosine from -1", above(-1.0), above(0.0)),
    ("cosine as it is", as_it_is, above(0.0)),
    ("z-score", deviations, deviations),
)
"""A name, and what is made of the dense scores and of the keyword scores before they are added up."""


def _convex(dense: Scale, keyword: Scale, weight: float) -> Callable[[Legs], Scores]:
    def fuse(legs: Legs) -> Scores:
        fused = {id_: weight * score for id_, score in dense(legs.dense).items()}
        for id_, score in keyword(legs.keyword).items():
            fused[id_] = fused.get(id_, 0.0) + (1 - weight) * score
        return fused

    return fuse


def _reciprocal_ranks(constant: int, weight: float) -> Callable[[Legs], Scores]:
    def fuse(legs: Legs) -> Scores:
        fused = {id_: weight / (constant + rank) for rank, id_ in enumerate(legs.dense, 1)}
        for rank, id_ in enumerate(legs.keyword, 1):
            fused[id_] = fused.get(id_, 0.0) + (1 - weight) / (constant + rank)
        return fused

    return fuse


def _scores(candidates: Sequence[Candidate]) -> Scores:
    return {candidate.id: candidate.score for candidate in candidates}


def _passages(legs: Legs) -> Iterator[str]:
    yield from legs.dense
    yield from legs.keyword


def _document(indexed: IndexedSet, passage: str) -> str:
    return indexed.documents[passage.partition("#")[0]]


def _quality(source: RetrievalSet, scores: Mapping[str, Scores], document_of: Mapping[str, str]) -> Quality:
    rankings = {
        id_: by_document(document_of[passage] for passage in sorted(of_query, key=lambda one: (-of_query[one], one)))
        for id_, of_query in scores.items()
    }
    return quality(source, rankings)
