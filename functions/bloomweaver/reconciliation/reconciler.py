"""A reconciliation from one call to the next: pages until the time is up, then the findings and where it stands."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from bloomweaver import keys
from bloomweaver.indexes.filling import is_filled
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.reconciliation import Counts, Finding, FindingsPart, Kind, Phase, Progress, Report
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import Clock, DocumentRecords, Epochs, Objects, OperationQueue, RecordPage, Runs, Sources
from bloomweaver.reconciliation.findings import Examined, added
from bloomweaver.reconciliation.gaps import Gaps
from bloomweaver.reconciliation.leftovers import Leftovers, Store
from bloomweaver.reconciliation.repairs import Repairs
from bloomweaver.reconciliation.rules import Quiet, judge, judge_source
from bloomweaver.sources.keeping import SourceGiver

RECORDS_PAGE = 100
CHUNKS_PAGE = 5000
"""A page of records ends where their chunks are so many: a call must be able to get to its end."""
IDS_PAGE = 1000
FINDINGS_PER_PART = 1000
"""A call ends when it has found so many."""

_NEXT = dict(pairwise(Phase))


@dataclass(frozen=True)
class Stores:
    """Everything that a reconciliation reads and writes."""

    records: DocumentRecords
    epochs: Epochs
    vectors: IndexStores
    objects: Objects
    backups: Objects
    sources: Sources
    giver: SourceGiver
    queue: OperationQueue
    rebuilds: Runs


@dataclass(frozen=True)
class Order:
    """What was asked for. `id` names the reports; `contents` reads every backup; `repair` mends what it can.

    `share` looks for the chunks of one document in so many, by chance another one in each reconciliation: looking for a
    chunk costs by the chunk, while what no record knows is found in lists, which cost next to nothing.
    """

    id: str
    repair: bool
    contents: bool
    share: int = 1


class Reconciler:
    """Does one call's share of a reconciliation. Two at a time, or one while documents change, do no harm."""

    def __init__(
        self,
        stores: Stores,
        clock: Clock,
        *,
        quiet_seconds: float,
        call_seconds: float,
        body_max_bytes: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._quiet_seconds = quiet_seconds
        self._call_seconds = call_seconds
        self._body_max_bytes = body_max_bytes
        self._monotonic = monotonic

    def go_on(self, order: Order, progress: Progress) -> Progress:
        """Look at one page at least, and at more for about as long as a call may take.

        Writes what was found since `progress` as a part of its own, and the report as it is then. Repeating a call
        writes the same part again. Raises the stores' errors.
        """
        deadline = self._monotonic() + self._call_seconds
        pages = _Pages(self._stores, self._clock, order, self._repairs(order) if order.repair else None)
        findings: list[Finding] = []
        while progress.phase is not Phase.DONE:
            progress, found = pages.look(progress, self._quiet())
            findings += found
            if self._monotonic() >= deadline or len(findings) >= FINDINGS_PER_PART:
                break
        if order.repair:
            # Also where this call repaired nothing: one before it may have, and died.
            self._stores.epochs.advance()
        if findings:
            progress = progress.model_copy(update={"parts": progress.parts + 1})
            part = FindingsPart(findings=findings).model_dump_json().encode()
            self._stores.objects.put(keys.findings_key(order.id, progress.parts), part)
        self._report(order, progress)
        return progress

    def _quiet(self) -> Quiet:
        before = datetime.fromisoformat(self._clock()) - timedelta(seconds=self._quiet_seconds)
        return Quiet(before.isoformat(timespec="microseconds"))

    def _repairs(self, order: Order) -> Repairs:
        stores = self._stores
        return Repairs(
            stores.records,
            stores.vectors,
            stores.objects,
            stores.backups,
            stores.sources,
            stores.giver,
            stores.queue,
            self._clock,
            correlation_id=f"reconcile-{order.id}",
            body_max_bytes=self._body_max_bytes,
        )

    def _report(self, order: Order, progress: Progress) -> None:
        report = Report(
            id=order.id,
            repair=order.repair,
            contents=order.contents,
            done=progress.phase is Phase.DONE,
            updated_at=self._clock(),
            parts=progress.parts,
            counts=progress.counts,
        )
        self._stores.objects.put(keys.report_key(order.id), report.model_dump_json().encode())


class _Pages:
    """The pages of each phase, and what is made of them."""

    def __init__(self, stores: Stores, clock: Clock, order: Order, repairs: Repairs | None) -> None:
        self._stores = stores
        self._clock = clock
        self._repairs = repairs
        self._turns = Turns(order.id, order.share)
        self._gaps = Gaps(
            stores.records, stores.vectors, stores.backups, stores.sources, repairs, contents=order.contents
        )

    def look(self, progress: Progress, quiet: Quiet) -> tuple[Progress, list[Finding]]:
        """Look at the next page. Returns where that leads, and what was found."""
        counts, cursor = progress.counts, progress.cursor
        nobody = not counts.documents
        if progress.phase is Phase.RECORDS:
            page = bounded(self._stores.records.scan(RECORDS_PAGE, cursor))
            seen, cursor = {"documents": counts.documents + len(page.records)}, page.cursor
            examined = self._gaps.examine(self._turns.of(page.records), quiet)
        elif progress.phase is Phase.VECTORS:
            return self._look_at_vectors(progress, quiet, table_is_empty=nobody)
        elif progress.phase is Phase.BACKUPS:
            places = self._stores.backups.page_of_keys(IDS_PAGE, cursor)
            seen, cursor = {"backups": counts.backups + len(places.keys)}, places.cursor
            examined = self._backups().examine(places.keys, quiet, table_is_empty=nobody)
        else:
            places = self._stores.sources.page_of_keys(IDS_PAGE, cursor)
            seen, cursor = {"sources": counts.sources + len(places.keys)}, places.cursor
            examined = self._sources().examine(places.keys, quiet, table_is_empty=nobody)
        phase = progress.phase if cursor is not None else _NEXT[progress.phase]
        went_on = {"phase": phase, "cursor": cursor, "counts": _counted(counts, seen, examined)}
        return progress.model_copy(update=went_on), examined.findings

    def _look_at_vectors(
        self, progress: Progress, quiet: Quiet, *, table_is_empty: bool
    ) -> tuple[Progress, list[Finding]]:
        """The next page of the index that is looked through, or the first one of the index after it, by name."""
        cards = sorted(self._stores.vectors.searched(), key=lambda card: card.index_name)
        card = next((card for card in cards if progress.index is None or card.index_name >= progress.index), None)
        if card is None:
            return progress.model_copy(update={"phase": _NEXT[Phase.VECTORS], "index": None, "cursor": None}), []
        # The index of the page before may be gone by now; another one begins at its start.
        cursor = progress.cursor if card.index_name == progress.index else None
        vectors = self._stores.vectors.of(card.index_name, card.settings.dimension)
        ids = vectors.page_of_ids(IDS_PAGE, cursor)
        store = Store(
            Kind.ORPHAN_VECTORS,
            "vectors",
            card.index_name,
            keys.vector_place,
            partial(
                judge,
                index=card.index_name,
                filling=is_filled(card, self._stores.rebuilds, self._clock()),
            ),
            vectors.existing,
            vectors.delete,
        )
        leftovers = Leftovers(self._stores.records, store, self._repairs)
        examined = leftovers.examine(ids.ids, quiet, table_is_empty=table_is_empty)
        following = next((later.index_name for later in cards if later.index_name > card.index_name), None)
        went_on: dict[str, Any] = {"index": card.index_name, "cursor": ids.cursor}
        if ids.cursor is None:
            ended = {"phase": _NEXT[Phase.VECTORS], "index": None, "cursor": None}
            went_on = ended if following is None else {"index": following, "cursor": None}
        counts = progress.counts
        went_on["counts"] = _counted(counts, {"vectors": counts.vectors + len(ids.ids)}, examined)
        return progress.model_copy(update=went_on), examined.findings

    def _backups(self) -> Leftovers[keys.ChunkPlace]:
        backups = self._stores.backups
        store = Store(
            Kind.ORPHAN_BACKUPS, "backups", None, keys.backup_place, judge, backups.existing, backups.delete_many
        )
        return Leftovers(self._stores.records, store, self._repairs)

    def _sources(self) -> Leftovers[keys.SourcePlace]:
        sources = self._stores.sources
        store = Store(
            Kind.ORPHAN_SOURCES, "sources", None, keys.source_place, judge_source, sources.existing, sources.delete_many
        )
        return Leftovers(self._stores.records, store, self._repairs)


class Turns:
    """Whose turn it is in a reconciliation: one document in `share`, the same ones for the same id."""

    def __init__(self, id_: str, share: int) -> None:
        self._share = share
        self._turn = _number(id_) % share

    def of(self, records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
        """Those of the records."""
        return [record for record in records if _number(record.doc_hash) % self._share == self._turn]


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def bounded(page: RecordPage) -> RecordPage:
    """The page up to the record with which it has `CHUNKS_PAGE` chunks."""
    chunks = 0
    for place, record in enumerate(page.records[:-1]):
        chunks += record.chunk_count
        if chunks >= CHUNKS_PAGE:
            return RecordPage(page.records[: place + 1], record.doc_hash)
    return page


def _counted(counts: Counts, seen: dict[str, int], examined: Examined) -> Counts:
    in_motion = counts.in_motion + examined.in_motion
    return counts.model_copy(update={**seen, "in_motion": in_motion, "kinds": added(counts, examined.findings)})
