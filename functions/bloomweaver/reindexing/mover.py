"""A reindex from one call to the next: what is ready is accepted again, a few documents at a time, until all are moved.

The records are looked through again and again, until a look finds nothing to do. Then an index that no record names any
more is first `retiring`, so that no run begins to write to it, and after another look `retired`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from bloomweaver import keys
from bloomweaver.documents.acceptance import next_version
from bloomweaver.errors import ReindexOvertaken
from bloomweaver.indexes.filling import is_filled
from bloomweaver.indexes.stores import IndexStores, known
from bloomweaver.models.index_card import IndexState
from bloomweaver.models.left import LeftDocuments
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import ENDED, DocumentRecord, Operation, Status
from bloomweaver.models.reindexing import Left, ReindexCounts, ReindexPhase, ReindexProgress, ReindexReport
from bloomweaver.models.run import StateMachine
from bloomweaver.ports import Clock, DocumentRecords, Indexes, Objects, OperationQueue, Runs
from bloomweaver.progress.notes import Step
from bloomweaver.progress.noting import Say, say_nothing
from bloomweaver.progress.progress import ProgressUnit
from bloomweaver.reindexing.census import count
from bloomweaver.sources.keeping import SourceGiver, find_kept

RECORDS_PAGE = 25
WATCHED_MAX = 50
PATIENCE = 120
"""How often it is waited, in all, for the removal of what is stale from other indexes."""
PAUSE_SECONDS = 0.5
CENSUS_SECONDS = 20.0
"""For so long it is counted at first how many documents have to move, so that somebody sees how far it is."""


@dataclass(frozen=True)
class Parts:
    """Everything that a reindex reads and writes."""

    records: DocumentRecords
    indexes: Indexes
    stores: IndexStores
    objects: Objects
    sources: Objects
    queue: OperationQueue
    giver: SourceGiver
    rebuilds: Runs


class Kind(Enum):
    """What is to be done about a record."""

    NOTHING = auto()
    HERE = auto()
    """It is served from the deployment's index."""
    WATCH = auto()
    """It is changing, or something of it is still to be removed."""
    MOVE = auto()
    FAILED = auto()
    PARTIAL = auto()


def kind_of(record: DocumentRecord, index: str) -> Kind:
    """What a reindex to `index` does about a document."""
    if not record.served_version:
        return Kind.NOTHING
    if record.index == index:
        return Kind.HERE
    if record.status not in ENDED:
        return Kind.WATCH
    if record.status is Status.INDEXED:
        return Kind.MOVE
    return Kind.FAILED if record.status is Status.FAILED else Kind.PARTIAL


class Mover:
    """Does one call's share of a reindex."""

    def __init__(
        self,
        parts: Parts,
        clock: Clock,
        *,
        index: str,
        at_a_time: int,
        call_seconds: float,
        body_max_bytes: int,
        say: Say = say_nothing,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """At most `at_a_time` documents are on their way together, so that those of clients need not wait long."""
        self._parts = parts
        self._clock = clock
        self._index = index
        self._at_a_time = at_a_time
        self._call_seconds = call_seconds
        self._body_max_bytes = body_max_bytes
        self._say = say
        self._monotonic = monotonic
        self._pause = pause

    def go_on(self, name: str, progress: ReindexProgress) -> ReindexProgress:
        """Go on for about as long as a call may take, and write the report as it is then.

        Raises `ReindexOvertaken`, and the stores' errors; repeating a call is safe.
        """
        card = known(self._parts.indexes, self._index)
        if card.reindex != name:
            raise ReindexOvertaken(f"the card of the index '{self._index}' names the reindex '{card.reindex}'")
        deadline = self._monotonic() + self._call_seconds
        if progress == ReindexProgress():
            # An index that is not there would send every document to the dead letters.
            self._parts.stores.named(self._index).page_of_ids(1, None)
            counts = ReindexCounts(to_move=self._to_move())
            progress = self._look_again(progress.model_copy(update={"patience": PATIENCE, "counts": counts}))
        while progress.phase is not ReindexPhase.DONE:
            progress, waits = self._step(name, progress)
            counts = progress.counts
            self._say(Step(StateMachine.REINDEX, progress.phase, ProgressUnit.DOCUMENTS, counts.moved, counts.to_move))
            if self._monotonic() >= deadline:
                break
            if waits:
                self._pause(PAUSE_SECONDS)
        self._report(name, progress)
        return progress

    def _to_move(self) -> int | None:
        """How many documents are served from another index; none where they are too many to count."""
        found = count(self._parts.records, None, CENSUS_SECONDS, self._monotonic)
        if found.cursor is not None:
            return None
        return sum(documents for index, documents in found.documents.items() if index != self._index)

    def _step(self, name: str, progress: ReindexProgress) -> tuple[ReindexProgress, bool]:
        """A look at what is under way, and at a page of records if there is room. Returns whether to wait a little."""
        progress = self._follow(progress)
        if not progress.scanned and len(progress.accepted) < self._at_a_time:
            return self._page(name, progress), False
        if not progress.scanned or progress.accepted:
            return progress, True
        if progress.watched:
            return progress.model_copy(update={"patience": max(0, progress.patience - 1)}), True
        if progress.unsettled:
            return self._look_again(progress), False
        return self._retire(progress), False

    def _follow(self, progress: ReindexProgress) -> ReindexProgress:
        """What became of the documents that are changing."""
        records = self._parts.records.get_many([*progress.accepted, *progress.watched])

        def changing(doc_hash: str) -> bool:
            record = records.get(doc_hash)
            return record is not None and record.index != self._index and record.status not in ENDED

        def watched(doc_hash: str) -> bool:
            record = records.get(doc_hash)
            return record is not None and (changing(doc_hash) or (self._is_named(record) and progress.patience > 0))

        ended = [doc_hash for doc_hash in progress.accepted if not changing(doc_hash)]
        moved = sum(records[doc_hash].index == self._index for doc_hash in ended if doc_hash in records)
        counts = progress.counts.model_copy(update={"moved": progress.counts.moved + moved})
        accepted = [doc_hash for doc_hash in progress.accepted if changing(doc_hash)]
        still = [doc_hash for doc_hash in progress.watched if watched(doc_hash)]
        return progress.model_copy(update={"accepted": accepted, "watched": still, "counts": counts})

    def _page(self, name: str, progress: ReindexProgress) -> ReindexProgress:
        page = self._parts.records.scan(RECORDS_PAGE, progress.cursor)
        look = _Look(progress, self._index)
        for record in page.records:
            kind = kind_of(record, self._index)
            if kind is Kind.MOVE and len(look.accepted) >= self._at_a_time:
                return look.progress()
            look.count(record, kind)
            if kind is Kind.MOVE:
                self._move(name, record, look)
            look.cursor = record.doc_hash
        look.cursor, look.scanned = page.cursor, page.cursor is None
        return look.progress()

    def _move(self, name: str, record: DocumentRecord, look: "_Look") -> None:
        kept = find_kept(self._parts.objects, self._parts.sources, record, self._body_max_bytes)
        if kept is None:
            # From before sources were kept, and its request has expired: the passages become its source.
            passages = self._parts.giver.of_backups(record)
            if passages is None:
                look.leave(record, Left.NO_CONTENT)
                return
            given = self._parts.giver.give(record, passages)
            if given is None:
                look.watch(record)
                return
            record, kept = given, given.served_version
        again = next_version(record, f"reindex-{name}", self._clock(), kept)
        again = again.model_copy(update={"operation": Operation.UPDATE, "revision": record.revision + 1})
        look.unsettled = True
        if not self._parts.records.put(again, record):
            look.watch(record)
            return
        # After the record: if this does not come through, the sweep sends it.
        self._parts.queue.send(OperationMessage.of(again))
        look.accepted.append(record.doc_hash)
        look.from_backups += keys.holds_passages(record.sources.get(str(kept), ""))

    def _retire(self, progress: ReindexProgress) -> ReindexProgress:
        """A look found nothing to do: indexes that it saw no name of go one state further."""
        now_retiring, retired = False, list(progress.retired)
        for card in self._parts.indexes.all():
            if card.index_name in (self._index, *progress.named):
                continue
            if is_filled(card, self._parts.rebuilds, self._clock()):
                continue  # documents are about to be served from it
            if card.state is IndexState.LIVE:
                # Without the name of a rebuild that died: what it copied here is of no use any more.
                now_retiring |= self._parts.indexes.put(card.changed(state=IndexState.RETIRING, rebuild=None))
            elif card.state is IndexState.RETIRING and card.index_name in progress.retiring:
                retired += [card.index_name] * self._parts.indexes.put(card.changed(state=IndexState.RETIRED))
            elif card.state is IndexState.RETIRING:
                now_retiring = True  # since this look began: a run that it missed may have registered before
        progress = progress.model_copy(update={"retired": retired})
        return self._look_again(progress) if now_retiring else progress.model_copy(update={"phase": ReindexPhase.DONE})

    def _look_again(self, progress: ReindexProgress) -> ReindexProgress:
        cards = self._parts.indexes.all()
        retiring = [card.index_name for card in cards if card.state is IndexState.RETIRING]
        kept = progress.counts.model_dump(include={"to_move", "moved", "from_backups"})
        begun = ReindexProgress(patience=progress.patience, retiring=retiring, retired=progress.retired)
        return begun.model_copy(update={"counts": begun.counts.model_copy(update=kept)})

    def _is_named(self, record: DocumentRecord) -> bool:
        """Whether something of a document lies in another index, that is not served from there."""
        return any(index != self._index for indexes in record.stale.values() for index in indexes)

    def _report(self, name: str, progress: ReindexProgress) -> None:
        report = ReindexReport(
            id=name,
            index=self._index,
            done=progress.phase is ReindexPhase.DONE,
            updated_at=self._clock(),
            counts=progress.counts,
            under_way=len(progress.accepted),
            still_named=progress.named,
            retired=progress.retired,
        )
        self._parts.objects.put(keys.reindex_report_key(name), report.model_dump_json().encode())


class _Look:
    """What a page of records comes to, put together as it is gone through."""

    def __init__(self, progress: ReindexProgress, index: str) -> None:
        self._progress = progress
        self._index = index
        self.cursor = progress.cursor
        self.scanned = False
        self.accepted = list(progress.accepted)
        self.watched = list(progress.watched)
        self.unsettled = progress.unsettled
        self.from_backups = progress.counts.from_backups
        self._named = set(progress.named)
        self._documents = progress.counts.documents
        self._served_here = progress.counts.served_here
        self._left = dict(progress.counts.left)

    def count(self, record: DocumentRecord, kind: Kind) -> None:
        """Note what a record says, and what kind it is of."""
        self._documents += 1
        others = {index for indexes in record.stale.values() for index in indexes} | {record.index}
        others -= {self._index, None}
        self._named |= {str(index) for index in others}
        if kind is Kind.HERE:
            self._served_here += 1
        elif kind is Kind.FAILED:
            self.leave(record, Left.FAILED)
        elif kind is Kind.PARTIAL:
            self.leave(record, Left.PARTIAL)
        if kind is Kind.WATCH or (kind in (Kind.HERE, Kind.NOTHING) and others and self._progress.patience > 0):
            self.watch(record)

    def watch(self, record: DocumentRecord) -> None:
        """Look at the document again before the records are looked through again."""
        self.unsettled = True
        if record.doc_hash not in self.watched and len(self.watched) < WATCHED_MAX:
            self.watched.append(record.doc_hash)

    def leave(self, record: DocumentRecord, reason: Left) -> None:
        """The document stays where it is."""
        self._left[reason] = self._left.get(reason, LeftDocuments()).and_one(record.doc_hash)

    def progress(self) -> ReindexProgress:
        """The progress with the page in it."""
        counts: dict[str, Any] = {
            "documents": self._documents,
            "served_here": self._served_here,
            "left": self._left,
            "from_backups": self.from_backups,
        }
        changes: dict[str, Any] = {
            "cursor": self.cursor,
            "scanned": self.scanned,
            "accepted": self.accepted,
            "watched": self.watched,
            "unsettled": self.unsettled,
            "named": sorted(self._named),
            "counts": self._progress.counts.model_copy(update=counts),
        }
        return self._progress.model_copy(update=changes)
