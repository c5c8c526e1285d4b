"""The end of a copy beside the live index: each document that is whole in the new one is served from there.

Search asks both indexes and shows a document from the one that its record names, so there is no moment without it. The
old place is removed after that. What a rebuild that dies leaves of it is stale on the record, and the sweep removes it.

No record knows of a copy before the switch. So the new index is asked what it holds of documents that changed since the
rebuild began, and copies of versions that are served no more are removed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bloomweaver import keys
from bloomweaver.documents import lifecycle
from bloomweaver.documents.transition import transition
from bloomweaver.errors import Superseded
from bloomweaver.models.index_card import IndexState
from bloomweaver.models.record import DocumentRecord, StaleVersion
from bloomweaver.ports import Clock, DocumentRecords, Indexes
from bloomweaver.reconciliation.rules import never_served
from bloomweaver.vector_stores.base import VectorStore

IDS_AT_A_TIME = 1000


@dataclass(frozen=True)
class Switched:
    """What became of a page of documents."""

    moved: int = 0
    unmoved: int = 0
    in_motion: int = 0


class Switch:
    """Serves documents from `index` that were served from another one. `old` and `new` are the stores of both."""

    def __init__(
        self, records: DocumentRecords, old: VectorStore, new: VectorStore, indexes: Indexes, clock: Clock, index: str
    ) -> None:
        self._records = records
        self._old = old
        self._new = new
        self._indexes = indexes
        self._clock = clock
        self._index = index

    def clean(self, changed: Sequence[DocumentRecord]) -> None:
        """Remove from the new index what it holds of versions that these documents will never serve again."""
        ids: list[str] = []
        for record in changed:
            for id_ in self._new.ids(record.doc_hash):
                place = keys.vector_place(id_)
                if place is not None and never_served(place.version, record):
                    ids.append(id_)
        if ids:
            self._new.delete(ids)

    def move(self, served: Sequence[DocumentRecord]) -> Switched:
        """Move those that the new index shows whole. Repeating it is safe. Raises the stores' errors."""
        places: list[tuple[str, StaleVersion]] = []
        unmoved = in_motion = 0
        for record in served:
            if not self._is_whole(record):
                unmoved += 1
                continue
            move = partial(lifecycle.moved, version=record.served_version, index=self._index, now=self._clock())
            try:
                place = transition(self._records, record.doc_hash, move, record)
            except Superseded:
                changed = self._records.get(record.doc_hash)
                self.clean([changed] if changed else [])
                in_motion += 1
                continue
            if place is not None:
                places.append((record.doc_hash, place))
        self._remove(places)
        return Switched(len(served) - unmoved - in_motion, unmoved, in_motion)

    def _is_whole(self, record: DocumentRecord) -> bool:
        ids = list(keys.vector_ids(record.doc_hash, record.served_version, record.chunk_count))
        pages = (ids[start : start + IDS_AT_A_TIME] for start in range(0, len(ids), IDS_AT_A_TIME))
        return all(len(self._new.existing(page)) == len(page) for page in pages)

    def _remove(self, places: Sequence[tuple[str, StaleVersion]]) -> None:
        ids = [id_ for doc_hash, place in places for id_ in keys.vector_ids(doc_hash, place.version, place.chunk_count)]
        if ids:
            self._old.delete(ids)
        for doc_hash, place in places:
            transition(self._records, doc_hash, partial(lifecycle.removed_from, removed=[place]))

    def retire(self, source: str, state: IndexState) -> None:
        """Note on the card of the old index that nothing new is to be written to it, or that nothing is left in it."""
        while (card := self._indexes.get(source)) is not None and card.state is not state:
            if self._indexes.put(card.changed(state=state)):
                return
