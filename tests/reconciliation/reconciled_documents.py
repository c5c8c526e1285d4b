"""Documents as the pipeline leaves them, in stores in memory, and reconciliations of them."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bloomweaver import keys
from bloomweaver.audit.entries import AuditEntry
from bloomweaver.documents.epoch import RecordsWithEpoch
from bloomweaver.library.following import follow
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.reconciliation import Finding, FindingsPart, Kind, Phase, Progress, Repair, Report
from bloomweaver.models.record import Branch, DocumentRecord, Operation, Outcome, Status
from bloomweaver.progress.notes import Step
from bloomweaver.reconciliation.reconciler import Order, Reconciler, Stores
from bloomweaver.sources.contents import Contents
from bloomweaver.sources.keeping import SourceGiver
from tests.chats.memory_chats import MemoryChats
from tests.fakes import (
    INDEX,
    MemoryEpochs,
    MemoryIndexes,
    MemoryObjects,
    MemoryQueue,
    MemoryRebuilds,
    MemoryRecords,
    MemorySources,
    MemoryUploads,
    MemoryVectors,
    memory_stores,
)
from tests.library.memory_listing import MemoryListing

MODEL = "model"
CONTENT = b"text 0\n\ntext 1\n\ntext 2"
SOURCE = hashlib.sha256(CONTENT).hexdigest()
DIMENSION = 2
NOW = "2026-01-02T00:00:00.000000+00:00"
LONG_AGO = "2026-01-01T00:00:00.000000+00:00"
QUIET_SECONDS = 60


def moments_ago() -> str:
    """A time so near to now that a document changed then is left alone."""
    return (datetime.fromisoformat(NOW) - timedelta(seconds=QUIET_SECONDS - 1)).isoformat(timespec="microseconds")


@dataclass
class Hooked(MemoryRecords):
    """Records that something happens to while they are read."""

    before_get_many: list[Callable[[], None]] = field(default_factory=list)
    before_get: list[Callable[[], None]] = field(default_factory=list)
    before_put: list[Callable[[], object]] = field(default_factory=list)

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        if self.before_put:
            self.before_put.pop(0)()
        return super().put(record, replaces, entry)

    def get(self, doc_hash: str) -> DocumentRecord | None:
        if self.before_get:
            self.before_get.pop(0)()
        return super().get(doc_hash)

    def get_many(self, doc_hashes: Any) -> dict[str, DocumentRecord]:
        chosen = list(doc_hashes)
        if chosen and self.before_get_many:
            self.before_get_many.pop(0)()
        return super().get_many(chosen)


@dataclass
class World:
    """The stores, and what was found in them."""

    records: Hooked = field(default_factory=Hooked)
    epochs: MemoryEpochs = field(default_factory=MemoryEpochs)
    vectors: MemoryVectors = field(default_factory=MemoryVectors)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    backups: MemoryObjects = field(default_factory=MemoryObjects)
    sources: MemorySources = field(default_factory=MemorySources)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    rebuilds: MemoryRebuilds = field(default_factory=MemoryRebuilds)
    listing: MemoryListing = field(default_factory=MemoryListing)
    chats: MemoryChats = field(default_factory=MemoryChats)
    others: dict[str, MemoryVectors] = field(default_factory=dict)
    """Indexes besides the deployment's; with one each of them has a card."""
    indexes: MemoryIndexes = field(default_factory=MemoryIndexes)
    numbers: int = 0
    said: list[Step] = field(default_factory=list)
    """How far a reconciliation was, each time it said so."""

    def add(self, doc_hash: str = "doc", *, version: int = 1, chunks: int = 3, **changes: Any) -> DocumentRecord:
        """A document that is indexed whole as `version`, with its source and its request."""
        record = DocumentRecord(
            doc_hash=doc_hash,
            version=version,
            indexed_version=version,
            status=Status.INDEXED,
            operation=Operation.UPDATE,
            chunk_count=chunks,
            model=MODEL,
            index=INDEX,
            title="title",
            metadata={"place": "harbour"},
            artifact=keys.raw_key(doc_hash, "digest"),
            content_type="text/plain",
            content_sha256=SOURCE,
            sources={str(version): SOURCE},
            branches=dict.fromkeys(Branch, Outcome.WRITTEN),
            correlation_id="c",
            created_at="2025-01-01T00:00:00.000000+00:00",
            updated_at=LONG_AGO,
        ).model_copy(update=changes)
        self.records.records[doc_hash] = record
        follow(self.listing, record)
        body = {"operation": "UPDATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": CONTENT.decode()}
        self.objects.put(keys.raw_key(doc_hash, "digest"), json.dumps(body).encode())
        self.sources.put_content(keys.source_key(doc_hash, version, SOURCE), CONTENT, "text/plain")
        for index in range(chunks):
            self.add_vector(doc_hash, version, index)
            self.add_backup(doc_hash, version, index)
        return record

    def lose_source(self, doc_hash: str = "doc") -> str:
        """Have somebody delete the source of the served version. Returns its key."""
        record = self.records.records[doc_hash]
        key = keys.source_key(doc_hash, record.served_version, SOURCE)
        self.sources.delete_many([key])
        return key

    def expire_request(self, doc_hash: str = "doc") -> None:
        """Have the artifacts bucket forget the request."""
        self.objects.delete_many([keys.raw_key(doc_hash, "digest")])

    def add_vector(self, doc_hash: str, version: int, index: int) -> str:
        """Put a vector into the index. Returns its id."""
        id_ = keys.vector_id(doc_hash, version, index)
        self.vectors.upsert([indexed(doc_hash, version, index)])
        return id_

    def add_backup(self, doc_hash: str, version: int, index: int, **changes: Any) -> str:
        """Put a backup into the bucket. Returns its key."""
        key = keys.backup_key(doc_hash, version, index)
        self.backups.put(key, backup(doc_hash, version, index).model_copy(update=changes).model_dump_json().encode())
        return key

    def change(self, doc_hash: str = "doc", *, listed: bool = True, **changes: Any) -> None:
        """Have another writer change the record, which the lists follow unless they are not to."""
        record = self.records.records[doc_hash]
        changed = record.model_copy(update={"revision": record.revision + 1, **changes})
        self.records.records[doc_hash] = changed
        if listed:
            follow(self.listing, changed)

    def reconcile(
        self, *, repair: bool = False, contents: bool = True, call_seconds: float = 1e9, share: int = 1
    ) -> "Outcomes":
        """Reconcile from beginning to end."""
        self.numbers += 1
        order = Order(id=f"run-{self.numbers}", repair=repair, contents=contents, share=share)
        progress, calls = Progress(), 0
        while progress.phase is not Phase.DONE:
            # What travels between two calls is JSON.
            progress = self.reconciler(call_seconds).go_on(
                order, Progress.model_validate_json(progress.model_dump_json())
            )
            calls += 1
        return self.outcomes(order.id, calls)

    def reconciler(self, call_seconds: float = 1e9) -> Reconciler:
        """A process that does one call's share. With 0 seconds that is a page."""
        uploads = MemoryUploads(self.objects)
        contents = Contents(self.objects, uploads, self.sources, body_max_bytes=10_000, upload_max_bytes=1000)
        vectors = memory_stores({INDEX: self.vectors, **self.others}, self.indexes)
        giver = SourceGiver(self.records, contents, self.sources, self.backups, vectors)
        stores = Stores(
            RecordsWithEpoch(self.records, self.epochs),
            self.epochs,
            vectors,
            self.objects,
            self.backups,
            self.sources,
            giver,
            self.queue,
            self.rebuilds,
            self.listing,
            self.chats,
            self.chats,
        )
        return Reconciler(
            stores,
            lambda: NOW,
            quiet_seconds=QUIET_SECONDS,
            call_seconds=call_seconds,
            body_max_bytes=10_000,
            say=self.said.append,
        )

    def outcomes(self, id_: str, calls: int) -> "Outcomes":
        """What a reconciliation has written."""
        report = Report.model_validate_json(self.objects.get(keys.report_key(id_)))
        parts = (self.objects.get(keys.findings_key(id_, part)) for part in range(1, report.parts + 1))
        found = [finding for part in parts for finding in FindingsPart.model_validate_json(part).findings]
        return Outcomes(report, found, calls)


@dataclass(frozen=True)
class Outcomes:
    """A report and its findings, and how many calls that took."""

    report: Report
    findings: list[Finding]
    calls: int

    def found(self) -> dict[Kind, int]:
        """How many of each kind, where there are any."""
        return {kind: tally.found for kind, tally in self.report.counts.kinds.items() if tally.found}

    def repairs(self) -> dict[Kind, Repair]:
        """What was done about each kind."""
        return {finding.kind: finding.repair for finding in self.findings}

    @property
    def in_motion(self) -> int:
        """How often a document was left alone."""
        return self.report.counts.in_motion


def indexed(doc_hash: str, version: int, index: int) -> IndexedChunk:
    """A chunk as the pipeline writes it to the index."""
    return IndexedChunk(
        id=keys.vector_id(doc_hash, version, index),
        doc_hash=doc_hash,
        version=version,
        chunk_id=keys.chunk_id(version, index),
        text=f"text {index}",
        vector=[float(index), 1.0],
        title="title",
        metadata={"place": "harbour"},
        keywords=f"title 0title text 0text {index} 0{index}",
    )


def backup(doc_hash: str, version: int, index: int) -> Backup:
    """A chunk as the pipeline backs it up."""
    text = f"text {index}"
    return Backup(
        text=text,
        index=index,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        vector=[float(index), 1.0],
        doc_hash=doc_hash,
        version=version,
        chunk_id=keys.chunk_id(version, index),
        model=MODEL,
        title="title",
        metadata={"place": "harbour"},
    )
