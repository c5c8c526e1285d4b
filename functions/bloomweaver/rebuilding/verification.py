"""After all batches: their counts, and every served document held against the index, a page at a time.

The records say what has to be there, whatever was listed. What the index lacks is restored once more by its computed
key, so that nothing depends on a listing that was cut off, or on an index that shows its writes late; what cannot be
had is counted and named, and its document stays served as it is. Of a copy beside the live index, the switch follows.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from bloomweaver import keys
from bloomweaver.errors import ObjectMissing
from bloomweaver.models.index_card import IndexState
from bloomweaver.models.rebuild import (
    LOST,
    BatchReport,
    Fate,
    ListedObject,
    Phase,
    Problem,
    RebuildCounts,
    RebuildProgress,
    RebuildReport,
)
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import Clock, DocumentRecords, Epochs, Objects
from bloomweaver.progress.noting import Say, say_nothing
from bloomweaver.rebuilding.restorer import Restorer, Treated, problems
from bloomweaver.rebuilding.steps import step_of
from bloomweaver.rebuilding.switch import Switch
from bloomweaver.reconciliation.reconciler import bounded
from bloomweaver.vector_stores.base import VectorStore

BATCHES_PAGE = 500
RECORDS_PAGE = 100
CHUNKS_AT_A_TIME = 1000
"""Ids that the index is asked for together, and backups that may be in memory together."""
PROBLEMS_MAX = 200
"""Of a report."""
CLOCKS_DIFFER = timedelta(minutes=1)

logger = logging.getLogger(__name__)

Looked = tuple[RebuildCounts, str | None, list[Problem]]
"""The counts after a page, the cursor of the one after it if there is one, and what is wrong on it."""


class Verification:
    """Does one call's share of the verification of `index`, for documents that are served from `source`.

    `switch` is there where that is another index. `started_at` is when the rebuild began.
    """

    def __init__(
        self,
        records: DocumentRecords,
        epochs: Epochs,
        vectors: VectorStore,
        reports: Objects,
        restorer: Restorer,
        switch: Switch | None,
        clock: Clock,
        *,
        index: str,
        source: str,
        started_at: str,
        call_seconds: float,
        say: Say = say_nothing,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records = records
        self._epochs = epochs
        self._vectors = vectors
        self._reports = reports
        self._restorer = restorer
        self._switch = switch
        self._clock = clock
        self._index = index
        self._source = source
        self._changed_after = _before(started_at)
        self._call_seconds = call_seconds
        self._say = say
        self._monotonic = monotonic

    def go_on(self, id_: str, progress: RebuildProgress) -> RebuildProgress:
        """Look at one page at least, and at more for about as long as a call may take; then write the report.

        Repeating a call names and counts everything once. Raises the stores' errors.
        """
        deadline = self._monotonic() + self._call_seconds
        found: list[Problem] = []
        while progress.phase is not Phase.DONE:
            progress, on_page = self._look(id_, progress)
            self._say(step_of(progress))
            found += on_page[: PROBLEMS_MAX - len(found)]
            if self._monotonic() >= deadline:
                break
        if progress.phase is Phase.DONE:
            # Whatever was restored, or removed, by a call that died before it could say so.
            self._epochs.advance()
        self._report(id_, progress, found)
        return progress

    def _look(self, id_: str, progress: RebuildProgress) -> tuple[RebuildProgress, list[Problem]]:
        if progress.phase is Phase.BATCHES:
            counts, cursor, found = self._batches(id_, progress)
        elif progress.phase is Phase.RECORDS:
            counts, cursor, found = self._documents(progress)
        elif self._switch is None:
            raise ValueError(f"a rebuild in place has no phase {progress.phase}")
        elif progress.phase is Phase.SWITCH:
            counts, cursor, found = self._move(self._switch, progress)
        else:
            counts, cursor, found = self._retire(self._switch, progress)
        phase = progress.phase if cursor is not None else self._after(progress.phase, counts)
        return progress.model_copy(update={"phase": phase, "cursor": cursor, "counts": counts}), found

    def _after(self, phase: Phase, counts: RebuildCounts) -> Phase:
        if phase is Phase.BATCHES:
            return Phase.RECORDS
        if phase is Phase.RECORDS and self._switch is not None:
            # Before the first document leaves it, so that none is ever copied back: a run may still have a removal of
            # it there in hand. And before the records are looked through, see `index_cards.admit`.
            self._switch.retire(self._source, IndexState.RETIRING)
            return Phase.SWITCH
        if phase is Phase.SWITCH and self._switch is not None and not counts.unmoved:
            return Phase.RETIRE
        if phase is Phase.RETIRE and self._switch is not None and not counts.left:
            self._switch.retire(self._source, IndexState.RETIRED)
        return Phase.DONE

    def _batches(self, id_: str, progress: RebuildProgress) -> Looked:
        page = self._reports.page_of_keys(BATCHES_PAGE, progress.cursor, prefix=keys.rebuild_batches_prefix(id_))
        fates = Counter(progress.counts.objects)
        found: list[Problem] = []
        for data in self._reports.get_many(page.keys).values():
            batch = BatchReport.model_validate_json(data)
            fates.update(batch.fates)
            found += batch.problems
        objects = {fate: fates[fate] for fate in Fate}
        return progress.counts.model_copy(update={"objects": objects}), page.cursor, found

    def _documents(self, progress: RebuildProgress) -> Looked:
        served, cursor = self._page(progress)
        late, lost = self._restore_missing(served)
        found = problems(lost, limit=len(lost))
        counts = progress.counts
        changes = {
            "documents": counts.documents + len(served),
            "chunks": counts.chunks + sum(record.chunk_count for record in served),
            "late": counts.late + late[Fate.RESTORED],
            "in_motion": counts.in_motion + late[Fate.OVERTAKEN],
            "incomplete": counts.incomplete + len({problem.doc_hash for problem in found}),
            "unrestored": counts.unrestored + len(lost),
        }
        for problem in found:
            logger.warning("a served document is incomplete: %s", problem.model_dump_json())
        return counts.model_copy(update=changes), cursor, found

    def _move(self, switch: Switch, progress: RebuildProgress) -> Looked:
        page = bounded(self._records.scan(RECORDS_PAGE, progress.cursor))
        switch.clean([one for one in page.records if one.updated_at > self._changed_after and not self._is_ours(one)])
        switched, cursor = switch.move([record for record in page.records if self._is_ours(record)]), page.cursor
        counts = progress.counts
        changes = {
            "moved": counts.moved + switched.moved,
            "unmoved": counts.unmoved + switched.unmoved,
            "in_motion": counts.in_motion + switched.in_motion,
        }
        return counts.model_copy(update=changes), cursor, []

    def _retire(self, switch: Switch, progress: RebuildProgress) -> Looked:
        page = self._records.scan(RECORDS_PAGE, progress.cursor)
        left = sum(record.names(self._source) for record in page.records)
        counts = progress.counts
        return counts.model_copy(update={"left": counts.left + left}), page.cursor, []

    def _page(self, progress: RebuildProgress) -> tuple[list[DocumentRecord], str | None]:
        """The next page of the documents that are served from the source."""
        page = bounded(self._records.scan(RECORDS_PAGE, progress.cursor))
        return [record for record in page.records if self._is_ours(record)], page.cursor

    def _is_ours(self, record: DocumentRecord) -> bool:
        return record.served_version > 0 and record.index == self._source

    def _restore_missing(self, served: Sequence[DocumentRecord]) -> tuple[Counter[Fate], dict[str, Treated]]:
        """Restore what the index lacks of these documents. Returns how that went, and what could not be had, by key.

        Documents that moved on are counted as overtaken, each once.
        """
        restored = 0
        lost: dict[str, Treated] = {}
        moved: set[str] = set()
        chunks = ((record, index) for record in served for index in range(record.chunk_count))
        while batch := list(islice(chunks, CHUNKS_AT_A_TIME)):
            for key, treated in self._restorer.restore(list(self._lacking(batch))).items():
                if treated.fate in LOST:
                    lost[key] = treated
                elif treated.fate is Fate.RESTORED:
                    restored += 1
                else:
                    moved.add(key.partition("/")[0])
        return Counter({Fate.RESTORED: restored, Fate.OVERTAKEN: len(moved)}), lost

    def _lacking(self, batch: Sequence[tuple[DocumentRecord, int]]) -> Iterable[ListedObject]:
        ids = [keys.vector_id(record.doc_hash, record.served_version, index) for record, index in batch]
        there = self._vectors.existing(ids)
        for (record, index), id_ in zip(batch, ids, strict=True):
            if id_ not in there:
                yield ListedObject(key=keys.backup_key(record.doc_hash, record.served_version, index))

    def _report(self, id_: str, progress: RebuildProgress, found: Sequence[Problem]) -> None:
        named = {
            (problem.doc_hash, problem.version, problem.fate): problem for problem in (*self._problems(id_), *found)
        }
        report = RebuildReport(
            id=id_,
            index=self._index,
            source=self._source,
            done=progress.phase is Phase.DONE,
            updated_at=self._clock(),
            counts=progress.counts,
            problems=list(named.values())[:PROBLEMS_MAX],
        )
        self._reports.put(keys.rebuild_report_key(id_), report.model_dump_json().encode())

    def _problems(self, id_: str) -> list[Problem]:
        try:
            report = RebuildReport.model_validate_json(self._reports.get(keys.rebuild_report_key(id_)))
        except ObjectMissing:
            return []
        return report.problems


def _before(moment: str) -> str:
    """A time a little before `moment`, in the form of `Clock`: the services' clocks do not quite agree."""
    return (datetime.fromisoformat(moment).astimezone(UTC) - CLOCKS_DIFFER).isoformat(timespec="microseconds")
