"""From the records to the stores: what of served versions is missing, and which of their backups are broken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bloomweaver import keys
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.reconciliation import Finding, Kind
from bloomweaver.models.record import DocumentRecord
from bloomweaver.passages.backups import fault_of
from bloomweaver.ports import DocumentRecords, Objects
from bloomweaver.reconciliation.findings import Examined, Mended, finding
from bloomweaver.reconciliation.repairs import Repairs
from bloomweaver.reconciliation.rules import Quiet

CHUNKS_AT_A_TIME = 400
"""Backups that are in memory together: some 10 KB each."""


@dataclass
class Gap:
    """What is wrong with the served version of a record: numbers of chunks, in order."""

    record: DocumentRecord
    vectors: list[int] = field(default_factory=list)
    backups: list[int] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)
    """Why, by the number of the chunk."""
    no_source: bool = False

    def __bool__(self) -> bool:
        return bool(self.vectors or self.backups or self.broken or self.no_source)


class Gaps:
    """Looks for gaps a page of records at a time. `contents` reads every backup; without, they are only looked for."""

    def __init__(
        self,
        records: DocumentRecords,
        vectors: IndexStores,
        backups: Objects,
        sources: Objects,
        repairs: Repairs | None,
        *,
        contents: bool,
    ) -> None:
        self._records = records
        self._vectors = vectors
        self._backups = backups
        self._sources = sources
        self._repairs = repairs
        self._contents = contents

    def examine(self, page: Sequence[DocumentRecord], quiet: Quiet) -> Examined:
        """Compare the page with the stores, and mend what is missing if there are `repairs`."""
        served = [record for record in page if quiet.at_rest(record) and record.served_version]
        in_motion = sum(not quiet.at_rest(record) for record in page)
        gaps = [gap for gap in self._gaps(served) if gap]
        now = self._records.get_many(gap.record.doc_hash for gap in gaps)
        findings: list[Finding] = []
        for gap in gaps:
            current = now.get(gap.record.doc_hash)
            # Unchanged between the two reads, so its version was to be served all the while that the stores were read.
            found = self._findings(gap) if current and current.revision == gap.record.revision else None
            if found is None:
                in_motion += 1
            else:
                findings += found
        return Examined(findings, in_motion)

    def _gaps(self, records: Sequence[DocumentRecord]) -> list[Gap]:
        gaps = [Gap(record) for record in records]
        chunks = ((gap, index) for gap in gaps for index in range(gap.record.chunk_count))
        while batch := list(islice(chunks, CHUNKS_AT_A_TIME)):
            self._look_for_vectors(batch)
            self._look_for_backups(batch)
        self._look_for_sources(gaps)
        return gaps

    def _look_for_vectors(self, batch: Sequence[tuple[Gap, int]]) -> None:
        by_index: dict[str, dict[str, tuple[Gap, int]]] = {}
        for gap, number in batch:
            id_ = keys.vector_id(gap.record.doc_hash, gap.record.served_version, number)
            by_index.setdefault(str(gap.record.index), {})[id_] = gap, number
        for index, wanted in by_index.items():
            there = self._vectors.named(index).existing(list(wanted))
            for id_, (gap, number) in wanted.items():
                if id_ not in there:
                    gap.vectors.append(number)

    def _look_for_backups(self, batch: Sequence[tuple[Gap, int]]) -> None:
        places = [keys.backup_key(gap.record.doc_hash, gap.record.served_version, index) for gap, index in batch]
        read = self._backups.get_many(places) if self._contents else {}
        there = read.keys() if self._contents else self._backups.existing(places)
        dimensions = {index: self._vectors.dimension(index) for index in {str(gap.record.index) for gap, _ in batch}}
        for (gap, number), key in zip(batch, places, strict=True):
            if key not in there:
                gap.backups.append(number)
            elif self._contents:
                fault = fault_of(read[key], gap.record, number, dimensions[str(gap.record.index)])
                if fault:
                    gap.broken[number] = fault

    def _look_for_sources(self, gaps: Sequence[Gap]) -> None:
        # Of a document whose record names no source it is not known where one could be.
        places = {id(gap): _source_place(gap.record) for gap in gaps}
        there = self._sources.existing([key for key in places.values() if key is not None])
        for gap in gaps:
            gap.no_source = places[id(gap)] not in there

    def _findings(self, gap: Gap) -> list[Finding] | None:
        """The gap's findings, repaired if that was asked for; none if the document is in motion after all."""
        found = list(_as_findings(gap))
        if self._repairs is None:
            return found
        mended: dict[Kind, Mended] = {}
        backups = [*gap.backups, *gap.broken]
        if gap.vectors or backups:
            of_chunks = self._repairs.mend(gap.record, gap.vectors, backups)
            if of_chunks is None:
                return None
            mended[Kind.MISSING_VECTORS], mended[Kind.MISSING_BACKUPS] = of_chunks
            mended[Kind.BROKEN_BACKUPS] = of_chunks[1]
        if gap.no_source:
            # A new version, which is what mends backups, has a source of its own.
            given = mended[Kind.MISSING_BACKUPS] if backups else self._repairs.give_source(gap.record)
            if given is None:
                return None
            mended[Kind.MISSING_SOURCES] = given
        return [mended[one.kind].applied_to(one) for one in found]


def _as_findings(gap: Gap) -> Iterator[Finding]:
    record = gap.record
    version, count = record.served_version, record.chunk_count
    if gap.vectors:
        ids = [keys.vector_id(record.doc_hash, version, index) for index in gap.vectors]
        reason = f"{len(ids)} of {count} vectors are not in the index"
        yield finding(Kind.MISSING_VECTORS, record.doc_hash, version, ids, reason)
    if gap.backups:
        places = [keys.backup_key(record.doc_hash, version, index) for index in gap.backups]
        reason = f"{len(places)} of {count} backups are not there"
        yield finding(Kind.MISSING_BACKUPS, record.doc_hash, version, places, reason)
    if gap.broken:
        places = [keys.backup_key(record.doc_hash, version, index) for index in gap.broken]
        reason = f"the first one: {next(iter(gap.broken.values()))}"
        yield finding(Kind.BROKEN_BACKUPS, record.doc_hash, version, places, reason)
    if gap.no_source:
        key = _source_place(record)
        reason = "its source is not there" if key else "it has no source"
        yield finding(Kind.MISSING_SOURCES, record.doc_hash, version, [key or record.doc_hash], reason)


def _source_place(record: DocumentRecord) -> str | None:
    name = record.served_source
    return keys.source_key(record.doc_hash, record.served_version, name) if name is not None else None
