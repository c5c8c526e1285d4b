"""Measures the modes of search on a set: through `Search`, as POST /search runs it."""

import time
from collections.abc import Callable

from benchmarks.errors import RunError
from benchmarks.retrieval.indexing import IndexedSet, Model
from benchmarks.retrieval.metrics import by_document
from benchmarks.retrieval.results import ALL, BEST, ModeResult, of_mode, quality
from bloomweaver.ports import Reranker
from bloomweaver.search.answer import SearchAnswer
from bloomweaver.search.listing import Reranking
from bloomweaver.search.request import QUERY_MAX_CHARACTERS, Mode, SearchRequest
from bloomweaver.search.search import Search
from bloomweaver.settings import Settings

RERANKED = "hybrid, reranked"
WARM_UP = 5
"""Queries that are asked before the clock runs."""


class Modes:
    """Asks a set's queries, mode by mode."""

    def __init__(self, indexed: IndexedSet, model: Model, reranker: Reranker | None) -> None:
        self._indexed = indexed
        self._search = Search(
            indexed.standings,
            indexed.stores,
            lambda _: model,
            depth=_default("search_depth"),
            candidates_max=_default("search_candidates_max"),
            reranking=Reranking(reranker, _default("rerank_candidates")) if reranker else None,
        )
        self._has_reranker = reranker is not None

    @property
    def names(self) -> list[str]:
        """What can be measured."""
        return [*(mode.value for mode in (Mode.DENSE, Mode.KEYWORD, Mode.HYBRID)), *[RERANKED] * self._has_reranker]

    def measure(self, name: str, tell: Callable[[], None]) -> ModeResult:
        """The result of one of `names`. `tell` is called after each query. Raises `RunError` if a part of search did
        not take part in an answer."""
        mode = Mode.HYBRID if name == RERANKED else Mode(name)
        queries = self._indexed.source.queries
        for query in list(queries.values())[:WARM_UP]:
            self._ask(query, mode, BEST, rerank=name == RERANKED)
        seconds: list[float] = []
        rankings: dict[str, list[str]] = {}
        for id_, query in queries.items():
            started = time.perf_counter()
            self._ask(query, mode, BEST, rerank=name == RERANKED)
            seconds.append(time.perf_counter() - started)
            rankings[id_] = self._ranking(query, mode, rerank=name == RERANKED)
            tell()
        return of_mode(name, quality(self._indexed.source, rankings), seconds)

    def _ranking(self, query: str, mode: Mode, *, rerank: bool) -> list[str]:
        """The documents that a query finds, the best first, as many as are looked at; page after page, since several
        passages may be of one document."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            answer = self._ask(query, mode, ALL, rerank=rerank, cursor=cursor)
            found = by_document([*found, *(hit.doc_hash for hit in answer.results)])
            cursor = answer.cursor
            if cursor is None or len(found) >= ALL:
                return [self._indexed.documents[doc_hash] for doc_hash in found]

    def _ask(self, query: str, mode: Mode, top_k: int, *, rerank: bool, cursor: str | None = None) -> SearchAnswer:
        request = SearchRequest(
            query=query[:QUERY_MAX_CHARACTERS], mode=mode, top_k=top_k, rerank=rerank, cursor=cursor
        )
        answer = self._search.run(request).answer
        for part, report in answer.legs.items():
            if report.missing is not None:
                raise RunError(f"{part} is missing in the answer to {query[:80]!r}: {report.missing}")
        return answer


def _default(setting: str) -> int:
    return int(Settings.model_fields[setting].default)
