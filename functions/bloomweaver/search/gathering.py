"""Where the candidates of a search come from: the cache where it has good ones, otherwise the legs of all indexes."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace

from bloomweaver.analysis.query import AnalysedQuery
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.ports import Epoch
from bloomweaver.search.answer import Source
from bloomweaver.search.cached_lists import CachedLists, ListsKey
from bloomweaver.search.caching import LookedUp, SearchCache
from bloomweaver.search.legs import Legs
from bloomweaver.search.query_vectors import QueryVectors
from bloomweaver.search.ranking import RankedList
from bloomweaver.search.request import Mode, SearchRequest
from bloomweaver.search.searched_indexes import SearchedIndexes
from bloomweaver.search.serving import Served
from bloomweaver.search.timings import Timings


@dataclass(frozen=True)
class Gathered:
    """Candidates, and where they are from."""

    lists: CachedLists
    looked_up: LookedUp
    source: Source | None = None
    epoch: Epoch | None = None
    """That they are good in, where it is not known yet whether it still stands."""


class Gathering:
    """Gathers the candidates of one search, as deep as it is asked to."""

    def __init__(
        self,
        request: SearchRequest,
        analysed: AnalysedQuery,
        role: str,
        *,
        stores: IndexStores,
        legs: Legs,
        vectors: QueryVectors,
        indexes: SearchedIndexes,
        cache: SearchCache | None,
        executor: Executor,
        timings: Timings,
    ) -> None:
        self._request = request
        self._analysed = analysed
        self._role = role
        self._stores = stores
        self._legs = legs
        self._vectors = vectors
        self._indexes = indexes
        self._cache = cache
        self._executor = executor
        self._timings = timings

    def get(self, depth: int, *, from_memory: bool, from_cache: bool) -> Gathered:
        """The candidates of each leg down to `depth`. Raises what the legs of an index failed with if none of them
        answered."""
        wanted = self._wanted(depth)
        if self._cache is None:
            return Gathered(self._asked(depth, None), LookedUp())
        if from_memory and from_cache and (found := self._cache.remembered(wanted)):
            looked_up = LookedUp(found.lists, Source.MEMORY, key=found.key, epoch=found.epoch)
            return Gathered(found.lists, looked_up, Source.MEMORY, found.epoch)
        if self._by_meaning:
            # Beside the look into the table, which mostly has no vector either.
            self._vectors.know(self._cache.vectors_in_memory([self._stores.own_model], self._request.query))
            self._vectors.begin([self._stores.own_model])
        with self._timings.of("cache"):
            looked_up = self._cache.look_up(wanted, self._request.query, [self._stores.own_model])
        self._vectors.know(looked_up.vectors)
        if from_cache and looked_up.lists is not None:
            return Gathered(looked_up.lists, looked_up, looked_up.source)
        # Whoever asks again may have met what an epoch has not told yet.
        return Gathered(self._asked(depth, looked_up.epoch if from_cache else None), looked_up)

    def keep(self, gathered: Gathered, ranked: Sequence[RankedList] | None, missed: Served) -> "Future[None] | None":
        """Have what was gathered kept, with what was made of it. Whoever answers waits for it."""
        if self._cache is None:
            return None
        lists = replace(gathered.lists, ranked=ranked, missed=missed, windows=self._windows(gathered))
        if gathered.source is None:
            return self._executor.submit(self._keep, self._cache, gathered.looked_up, lists)
        if gathered.lists.ranked is None:
            self._cache.remember(gathered.looked_up, lists)
        return None

    def _keep(self, cache: SearchCache, looked_up: LookedUp, lists: CachedLists) -> None:
        cache.keep(looked_up, self._request.query, lists, self._vectors.encoded())

    def _windows(self, gathered: Gathered) -> int:
        return self._vectors.windows if gathered.source is None else gathered.lists.windows

    def _asked(self, depth: int, epoch: Epoch | None) -> CachedLists:
        if self._by_meaning:
            self._vectors.begin([self._stores.own_model])  # before the cards say whether others are needed
        with self._timings.of("indexes"):
            cards = self._indexes.cards(epoch)
        if self._by_meaning:
            self._vectors.begin(card.settings.model for card in cards)
        asked = self._legs.ask(cards, self._request, self._analysed.terms, self._vectors, depth, self._timings)
        return CachedLists(asked, 1)

    @property
    def _by_meaning(self) -> bool:
        return self._request.mode is not Mode.KEYWORD or self._request.min_score is not None

    def _wanted(self, depth: int) -> ListsKey:
        request = self._request
        # What is kept is from before the reranker, whichever there is.
        return ListsKey(
            self._analysed.folded,
            request.filter,
            request.folder,
            request.mode,
            request.min_score,
            depth,
            None,
            self._role,
        )
