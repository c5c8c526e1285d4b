"""The texts of hits: fetched from their index once, and only for those that are looked into or shown."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future

from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Candidate, Hit
from bloomweaver.models.index_card import IndexCard
from bloomweaver.search.recent import Recent
from bloomweaver.search.timings import Timings


class Texts:
    """What was fetched in one search."""

    def __init__(
        self, stores: IndexStores, executor: Executor, timings: Timings, recent: Recent[Hit] | None = None
    ) -> None:
        """`recent` are those of searches before, by index and id. The text of an id never changes."""
        self._stores = stores
        self._executor = executor
        self._timings = timings
        self._recent = recent
        self._fetched: dict[str, dict[str, Hit]] = {}
        self._begun: dict[str, Future[dict[str, Hit]]] = {}

    def begin(self, card: IndexCard, candidates: Sequence[Candidate]) -> None:
        """Have the texts of candidates fetched that will probably be asked for."""
        if new := self._new(card, candidates):
            self._begun[card.index_name] = self._executor.submit(self._fetch, card, new)

    def of(self, card: IndexCard, candidates: Sequence[Candidate]) -> dict[str, Hit]:
        """Those of the candidates that are still in the index, by id, with what is shown of them."""
        fetched = self._fetched.setdefault(card.index_name, {})
        if (begun := self._begun.pop(card.index_name, None)) is not None:
            fetched |= begun.result()
        if new := self._new(card, candidates):
            fetched |= self._fetch(card, new)
        return {candidate.id: fetched[candidate.id] for candidate in candidates if candidate.id in fetched}

    def _new(self, card: IndexCard, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those of which the text is not there yet."""
        fetched = self._fetched.setdefault(card.index_name, {})
        if self._recent is not None:
            for candidate in candidates:
                if candidate.id not in fetched and (hit := self._recent.get(_place(card, candidate.id))):
                    fetched[candidate.id] = hit
        return [candidate for candidate in candidates if candidate.id not in fetched]

    def _fetch(self, card: IndexCard, candidates: Sequence[Candidate]) -> dict[str, Hit]:
        store = self._stores.of(card.index_name, card.settings.dimension)
        with self._timings.of("texts"):
            found = {hit.id: hit for hit in store.complete(candidates)}
        if self._recent is not None:
            for id_, hit in found.items():
                self._recent.put(_place(card, id_), hit)
        return found


def _place(card: IndexCard, id_: str) -> str:
    return f"{card.index_name}/{id_}"
