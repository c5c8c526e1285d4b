"""A reconciliation from one call to the next: pages until the time is up, then the findings and where it stands."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from bloomweaver import keys
from bloomweaver.chats.ports import ChatItemsTable, ChatTable
from bloomweaver.indexes.filling import is_filled
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.library.ports import ListingTable
from bloomweaver.models.reconciliation import Counts, Finding, FindingsPart, Kind, Phase, Progress, Report
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import Clock, DocumentRecords, Epochs, Objects, OperationQueue, RecordPage, Runs, Sources
from bloomweaver.progress.noting import Say, say_nothing
from bloomweaver.reconciliation.chats import ChatComparison
from bloomweaver.reconciliation.findings import Examined, added
from bloomweaver.reconciliation.folder_counts import FolderCounts, FolderTally
from bloomweaver.reconciliation.gaps import Gaps
from bloomweaver.reconciliation.leftovers import Leftovers, Store
from bloomweaver.reconciliation.listing_gaps import ListingGaps
from bloomweaver.reconciliation.listing_leftovers import ListingLeftovers
from bloomweaver.reconciliation.repairs import Repairs
from bloomweaver.reconciliation.rules import Quiet, judge, judge_source
from bloomweaver.reconciliation.steps import step_of
from bloomweaver.reconciliation.turns import Turns
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
    listing: ListingTable
    chats: ChatTable
    chat_items: ChatItemsTable


@dataclass(frozen=True)
class Order:
    """What was asked for. `id` names the reports; `contents` reads every backup; `repair` mends what it can.

    `share` looks for the chunks and entries of one document in so many, by chance another one in each reconciliation:
    looking for a chunk costs by the chunk, while what no record knows is found in lists, which cost next to nothing.
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
        say: Say = say_nothing,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._quiet_seconds = quiet_seconds
        self._call_seconds = call_seconds
        self._body_max_bytes = body_max_bytes
        self._say = say
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
            self._say(step_of(progress))
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
        progress = pages.keep_tally(progress)
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
        self._order = order
        self._repairs = repairs
        self._turns = Turns(order.id, order.share)
        self._gaps = Gaps(
            stores.records, stores.vectors, stores.backups, stores.sources, repairs, contents=order.contents
        )
        self._listing_gaps = ListingGaps(stores.records, stores.listing, repair=order.repair)
        self._listing_leftovers = ListingLeftovers(stores.records, stores.listing, self._turns, repair=order.repair)
        self._folder_counts = FolderCounts(order.id, stores.listing, repair=order.repair)
        self._chats = ChatComparison(stores.records, stores.chats, stores.chat_items, clock, repair=order.repair)
        self._tally: FolderTally | None = None

    def look(self, progress: Progress, quiet: Quiet) -> tuple[Progress, list[Finding]]:
        """Look at the next page. Returns where that leads, and what was found."""
        counts, cursor = progress.counts, progress.cursor
        nobody = not counts.documents
        if progress.phase is Phase.RECORDS:
            page = bounded(self._stores.records.scan(RECORDS_PAGE, cursor))
            seen, cursor = _seen(counts, page.records), page.cursor
            turn = self._turns.of(page.records)
            # First how they are listed: a repair of what their stores lack may accept a new version.
            listed, kept = self._listing_gaps.examine(turn, quiet), self._gaps.examine(turn, quiet)
            examined = Examined([*listed.findings, *kept.findings], listed.in_motion + kept.in_motion)
        elif progress.phase is Phase.VECTORS:
            return self._look_at_vectors(progress, quiet, table_is_empty=nobody)
        elif progress.phase is Phase.BACKUPS:
            places = self._stores.backups.page_of_keys(IDS_PAGE, cursor)
            seen, cursor = {"backups": counts.backups + len(places.keys)}, places.cursor
            examined = self._backups().examine(places.keys, quiet, table_is_empty=nobody)
        elif progress.phase is Phase.LISTS:
            return self._look_at_lists(progress, quiet, table_is_empty=nobody)
        elif progress.phase is Phase.FOLDERS:
            return self._look_at_folders(progress)
        elif progress.phase is Phase.CHATS:
            items = self._stores.chat_items.scan(IDS_PAGE, cursor)
            seen, cursor = {"chat_items": counts.chat_items + items.seen}, items.cursor
            examined = self._chats.examine(items, quiet, table_is_empty=nobody)
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

    def _look_at_lists(
        self, progress: Progress, quiet: Quiet, *, table_is_empty: bool
    ) -> tuple[Progress, list[Finding]]:
        """The next page of the table of lists, and how many documents it says are in which folders."""
        counts, tally = progress.counts, self._tally_of(progress)
        page = self._stores.listing.scan(IDS_PAGE, progress.cursor, consistent=False)
        examined = self._listing_leftovers.examine(page, quiet, table_is_empty=table_is_empty)
        self._folder_counts.add(tally, page, examined.folders)
        seen = {"entries": counts.entries + len(page.entries)}
        went_on: dict[str, Any] = {"cursor": page.cursor}
        if page.cursor is None:
            seen["folders"] = self._folder_counts.close(tally)
            went_on["phase"] = _after_folders(tally)
        went_on["counts"] = _counted(counts, seen, examined)
        return progress.model_copy(update=went_on), examined.findings

    def _look_at_folders(self, progress: Progress) -> tuple[Progress, list[Finding]]:
        """A step more of counting the folders whose number is in doubt."""
        tally = self._tally_of(progress)
        if tally.is_done:
            return progress.model_copy(update={"phase": _NEXT[Phase.FOLDERS], "cursor": None}), []
        cursor, examined = self._folder_counts.look(tally, progress.cursor)
        went_on = {"phase": _after_folders(tally), "cursor": cursor, "counts": _counted(progress.counts, {}, examined)}
        return progress.model_copy(update=went_on), examined.findings

    def _tally_of(self, progress: Progress) -> FolderTally:
        """What was counted in folders so far; what the call before has noted, in the first such page of a call."""
        if self._tally is None:
            noted = keys.tally_key(self._order.id, progress.tallies)
            found = self._stores.objects.get(noted) if progress.tallies else b"{}"
            self._tally = FolderTally.model_validate_json(found)
        return self._tally

    def keep_tally(self, progress: Progress) -> Progress:
        """Note what was counted in folders, if anything was and the next call goes on with it."""
        if self._tally is None or progress.phase not in (Phase.LISTS, Phase.FOLDERS):
            return progress
        progress = progress.model_copy(update={"tallies": progress.tallies + 1})
        noted = keys.tally_key(self._order.id, progress.tallies)
        self._stores.objects.put(noted, self._tally.model_dump_json().encode())
        return progress

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


def _seen(counts: Counts, records: Sequence[DocumentRecord]) -> dict[str, int]:
    served = [record for record in records if record.served_version]
    return {
        "documents": counts.documents + len(records),
        "served": counts.served + len(served),
        "chunks": counts.chunks + sum(record.chunk_count for record in served),
    }


def _after_folders(tally: FolderTally) -> Phase:
    """The phase after a step of counting folders."""
    return _NEXT[Phase.FOLDERS] if tally.is_done else Phase.FOLDERS


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
