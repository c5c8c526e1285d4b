"""The legs of a search: what an index has near the query in meaning, and what it has of the query's words.

All legs of all indexes are asked at the same time. One that fails is said to be missing, with the reason; where every
leg of an index fails, the search does, since it would silently show less than there is.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from bloomweaver.errors import IndexUnusable, ModelUnavailable, PermanentError, TransientError
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Candidate
from bloomweaver.models.index_card import IndexCard
from bloomweaver.search.answer import Part
from bloomweaver.search.query_vectors import QueryVectors
from bloomweaver.search.request import Mode, SearchRequest
from bloomweaver.search.timings import Timings

FAULTS = (TransientError, PermanentError, ModelUnavailable)
"""What a leg may fail with. All else is a mistake of ours, or of the request."""


@dataclass(frozen=True)
class Leg:
    """What a leg of an index answered."""

    candidates: Sequence[Candidate]
    """The best first."""
    exhausted: bool
    """Whether asking for more would bring none."""
    failed: Exception | None = None


@dataclass(frozen=True)
class Asked:
    """An index, and those of its legs that were asked."""

    card: IndexCard
    legs: dict[Part, Leg]

    def candidates(self, part: Part) -> Sequence[Candidate]:
        """What a leg gave; nothing if it was not asked."""
        return self.legs[part].candidates if part in self.legs else []


class Legs:
    """Asks the legs of several indexes, each as deep as is wanted."""

    def __init__(self, stores: IndexStores, executor: Executor) -> None:
        self._stores = stores
        self._executor = executor

    def ask(
        self,
        cards: Sequence[IndexCard],
        request: SearchRequest,
        terms: Sequence[str],
        vectors: QueryVectors,
        depth: int,
        timings: Timings,
    ) -> list[Asked]:
        """The legs that the request's mode has, of each index. Raises what the legs of an index failed with if none of
        them answered."""

        def dense(card: IndexCard) -> Sequence[Candidate]:
            vector = vectors.of(card.settings.model).vector
            with timings.of(Part.DENSE):
                store = self._stores.of(card.index_name, card.settings.dimension)
                return store.query(vector, depth, request.filter, request.folder)

        def keyword(card: IndexCard) -> Sequence[Candidate]:
            if not card.settings.has_keywords:
                raise IndexUnusable(f"the index '{card.index_name}' is from before there were keywords")
            with timings.of(Part.KEYWORD):
                store = self._stores.of(card.index_name, card.settings.dimension)
                return store.query_keywords(terms, depth, request.filter, request.folder)

        # Keyword legs go first: dense ones wait for the query's vector, and must not hold the threads meanwhile.
        order: list[tuple[Part, Callable[[IndexCard], Sequence[Candidate]]]] = []
        if request.mode is not Mode.DENSE:
            order.append((Part.KEYWORD, keyword))
        if request.mode is not Mode.KEYWORD:
            order.append((Part.DENSE, dense))
        under_way = [(part, [self._executor.submit(leg, card) for card in cards]) for part, leg in order]
        asked = [
            Asked(card, {part: _leg(futures[place], depth) for part, futures in under_way})
            for place, card in enumerate(cards)
        ]
        for each in asked:
            failures = [leg.failed for leg in each.legs.values() if leg.failed]
            if len(failures) == len(each.legs):
                raise failures[-1]
        return asked


def _leg(future: "Future[Sequence[Candidate]]", depth: int) -> Leg:
    try:
        candidates = future.result()
    except FAULTS as error:
        return Leg([], exhausted=True, failed=error)
    return Leg(candidates, exhausted=len(candidates) < depth)
