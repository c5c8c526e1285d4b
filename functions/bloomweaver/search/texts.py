"""The texts of hits: fetched from their index once, and only for those that are looked into or shown."""

from collections.abc import Sequence

from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Candidate, Hit
from bloomweaver.models.index_card import IndexCard
from bloomweaver.search.recent import Recent
from bloomweaver.search.timings import Timings


class Texts:
    """What was fetched in one search."""

    def __init__(self, stores: IndexStores, timings: Timings, recent: Recent[Hit] | None = None) -> None:
        """`recent` are those of searches before, by index and id. The text of an id never changes."""
        self._stores = stores
        self._timings = timings
        self._recent = recent
        self._fetched: dict[str, dict[str, Hit]] = {}

    def of(self, card: IndexCard, candidates: Sequence[Candidate]) -> dict[str, Hit]:
        """Those of the candidates that are still in the index, by id, with what is shown of them."""
        fetched = self._fetched.setdefault(card.index_name, {})
        if self._recent is not None:
            for candidate in candidates:
                if candidate.id not in fetched and (hit := self._recent.get(_place(card, candidate.id))):
                    fetched[candidate.id] = hit
        if new := [candidate for candidate in candidates if candidate.id not in fetched]:
            store = self._stores.of(card.index_name, card.settings.dimension)
            with self._timings.of("texts"):
                found = {hit.id: hit for hit in store.complete(new)}
            fetched |= found
            if self._recent is not None:
                for id_, hit in found.items():
                    self._recent.put(_place(card, id_), hit)
        return {candidate.id: fetched[candidate.id] for candidate in candidates if candidate.id in fetched}


def _place(card: IndexCard, id_: str) -> str:
    return f"{card.index_name}/{id_}"
