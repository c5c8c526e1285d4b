"""How good a ranking of documents is, for one query. Each is between 0 and 1, and 1 is the best that there can be."""

from collections.abc import Iterable, Mapping, Sequence
from math import log2


def ndcg(ranking: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """Normalised discounted cumulative gain of the first `depth`: the gain of a document is its grade, divided by the
    binary logarithm of its rank plus 1, as trec_eval has it. `relevant` has the grades above 0."""
    gained = _discounted(relevant.get(document, 0) for document in ranking[:depth])
    best = _discounted(sorted(relevant.values(), reverse=True)[:depth])
    return gained / best


def reciprocal_rank(ranking: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """1 divided by the rank of the first relevant document, 0 if none is among the first `depth`."""
    ranks = (rank for rank, document in enumerate(ranking[:depth], 1) if document in relevant)
    return 1 / first if (first := next(ranks, None)) else 0.0


def recall(ranking: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """The part of the relevant documents that are among the first `depth`."""
    return len(relevant.keys() & set(ranking[:depth])) / len(relevant)


def by_document(passages: Iterable[str]) -> list[str]:
    """The documents of ranked passages, each where its best passage is. A passage is named by its document."""
    return list(dict.fromkeys(passages))


def _discounted(gains: Iterable[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))
