"""Search, with the check on read: only hits of the version and the index that a record says are served.

The legs of every index are asked (`legs`), those of one index become a list (`listing`), and a page of what is served
is taken from all lists (`paging`). While documents move to another index there are two to ask. Each document is served
from one of them, so no passage is found twice.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bloomweaver.analysis.query import analyse_query
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Hit
from bloomweaver.ports import QueryEncoder, Standings
from bloomweaver.search import cursor as cursors
from bloomweaver.search import hits
from bloomweaver.search.answer import Part, PartReport, QueryReport, SearchAnswer
from bloomweaver.search.caching import SearchCache
from bloomweaver.search.cursor import Cursor
from bloomweaver.search.gathering import Gathering
from bloomweaver.search.legs import Asked, Legs
from bloomweaver.search.listing import Listing, Reranking
from bloomweaver.search.paging import Page, take
from bloomweaver.search.query_vectors import QueryVectors
from bloomweaver.search.ranking import RankedList
from bloomweaver.search.recent import Recent
from bloomweaver.search.request import SearchRequest
from bloomweaver.search.searched_indexes import SearchedIndexes
from bloomweaver.search.serving import Served, Serving
from bloomweaver.search.texts import Texts
from bloomweaver.search.timings import Timings
from bloomweaver.vector_stores.filters import parse

ASKED_AGAIN_MAX = 3
"""How often the indexes are asked again, since documents were replaced before their records were read."""
DEEPER = 4
"""How many times deeper the legs are asked where too little of what they gave is served."""
THREADS = 8
TEXTS_IN_MEMORY = 2000
"""Passages that were shown last, for who has a cache; each is a few kilobytes."""
NO_RERANKER = "this deployment has no reranker"


@dataclass(frozen=True)
class Found:
    """An answer, and how many hits the indexes held that may not be shown."""

    answer: SearchAnswer
    dropped: int


class Search:
    """Answers queries from the vector indexes and the records."""

    def __init__(
        self,
        standings: Standings,
        stores: IndexStores,
        encoders: Callable[[str], QueryEncoder],
        *,
        depth: int,
        candidates_max: int,
        reranking: Reranking | None = None,
        cache: SearchCache | None = None,
    ) -> None:
        """`encoders` gives the encoder of a model, by its name. Each leg is asked for `depth` candidates, and for
        `candidates_max` at most."""
        self._standings = standings
        self._stores = stores
        self._encoders = encoders
        self._depth = depth
        self._candidates_max = candidates_max
        self._reranking = reranking
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="search")
        self._legs = Legs(stores, self._executor)
        self._indexes = SearchedIndexes(stores)
        self._cache = cache
        self._texts = Recent[Hit](TEXTS_IN_MEMORY) if cache else None

    def run(self, request: SearchRequest, role: str = "") -> Found:
        """The answer to `request` of somebody in that role.

        Raises `InvalidFilter`, `InvalidCursor`, what the legs of an index failed with if none of them answered, and on
        a page after the first what the reranker failed with.
        """
        parse(request.filter)
        cursor = cursors.decode(request.cursor, request, self._candidates_max) if request.cursor else None
        timings = Timings()
        analysed = analyse_query(request.query)
        vectors = QueryVectors(request.query, self._encoders, self._executor, timings)
        gathering = Gathering(
            request,
            analysed,
            role,
            stores=self._stores,
            legs=self._legs,
            vectors=vectors,
            indexes=self._indexes,
            cache=self._cache,
            executor=self._executor,
            timings=timings,
        )
        depth = cursor.depth if cursor else min(max(self._depth, request.top_k), self._candidates_max)
        asked_again = 0
        seen: Served = {}
        from_memory = from_cache = True
        while True:
            gathered = gathering.get(depth, from_memory=from_memory, from_cache=from_cache)
            serving = Serving(self._standings, timings, with_epoch=gathered.epoch is not None)
            texts = Texts(self._stores, self._executor, timings, self._texts)
            listing = Listing(
                request,
                analysed,
                stores=self._stores,
                vectors=vectors,
                serving=serving,
                texts=texts,
                timings=timings,
                cursor=cursor,
                reranking=None if request.rerank is False else self._reranking,
            )
            ranked = gathered.lists.ranked
            if ranked is None or not all(map(listing.fits, ranked)):
                ranked = [listing.ranked(each) for each in gathered.lists.asked]
            lists = [listing.of(each) for each in ranked]
            for each in lists:
                # Beside the check on read, which mostly drops none of them.
                texts.begin(each.card, [entry.candidate for entry in each.rest[: request.top_k]])
            page = take(lists, request.mode, request.top_k, serving)
            if gathered.epoch != serving.epoch:
                from_memory = False  # it has moved since they were kept
                continue
            if page.missed.items() - (seen | gathered.lists.missed).items() and asked_again < ASKED_AGAIN_MAX:
                seen, asked_again, from_cache = page.missed, asked_again + 1, False
                continue
            exhausted = all(each.exhausted for each in lists)
            too_few = len(page.entries) < request.top_k and not exhausted
            if too_few and cursor is None and depth < self._candidates_max:
                depth = min(depth * DEEPER, self._candidates_max)
                continue
            keeping = gathering.keep(gathered, ranked if cursor is None else None, page.missed)
            results = hits.shown(page.entries, texts, analysed, explain=request.explain)
            if len(results) < len(page.entries) and asked_again < ASKED_AGAIN_MAX:
                asked_again, from_cache = asked_again + 1, False  # one was replaced after its record was read
                continue
            if keeping is not None:
                with timings.of("keep"):
                    keeping.result()
            answer = SearchAnswer(
                results=results,
                query=QueryReport(windows=gathered.lists.windows if gathered.source else vectors.windows),
                legs=_reports(gathered.lists.asked) | _rerank_report(request, listing, self._reranking),
                cursor=_cursor(request, page, lists, depth, reranked=listing.reranked > 0),
                bounded=not page.has_more and not exhausted,
                moved=_has_moved(cursor, lists),
                cached=gathered.source,
                took_ms=timings.all(),
            )
            return Found(answer, page.dropped + len(page.entries) - len(results))


def _reports(asked: Sequence[Asked]) -> dict[Part, PartReport]:
    """How each leg took part, in all indexes together."""
    return {
        part: PartReport(
            hits=sum(len(each.candidates(part)) for each in asked),
            missing="; ".join(
                f"{type(failed).__name__}: {failed}" for each in asked if (failed := each.legs[part].failed)
            )
            or None,
        )
        for part in (asked[0].legs if asked else ())
    }


def _rerank_report(request: SearchRequest, listing: Listing, has: Reranking | None) -> dict[Part, PartReport]:
    if has is None:
        return {Part.RERANK: PartReport(hits=0, missing=NO_RERANKER)} if request.rerank else {}
    if request.rerank is False:
        return {}
    failed = listing.not_reranked
    return {
        Part.RERANK: PartReport(hits=listing.reranked, missing=f"{type(failed).__name__}: {failed}" if failed else None)
    }


def _cursor(
    request: SearchRequest, page: Page, lists: Sequence[RankedList], depth: int, *, reranked: bool
) -> str | None:
    if not page.has_more:
        return None
    return cursors.encode(
        Cursor(
            request=cursors.digest(request),
            depth=depth,
            scales={each.card.index_name: each.scales for each in lists},
            positions=page.positions(lists),
            reranked=reranked,
        )
    )


def _has_moved(cursor: Cursor | None, lists: Sequence[RankedList]) -> bool:
    """Whether the lists are not those that the cursor was made of."""
    if cursor is None:
        return False
    return {each.card.index_name for each in lists} != cursor.scales.keys() or any(each.moved for each in lists)
