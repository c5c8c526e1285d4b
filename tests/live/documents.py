"""Documents whose lists by status lag behind their records, as DynamoDB's do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bloomweaver.documents.acceptance import Submission, accept
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import RecordPage
from tests.fakes import MemoryRecords
from tests.live.memory_live import Time


@dataclass
class _Shown:
    """A write, and from when to when a list by status has it."""

    record: DocumentRecord
    since: float
    until: float = float("inf")


@dataclass
class LaggingRecords(MemoryRecords):
    """Implements `DocumentRecords`. A write is in the lists when its lag is over, and the one before it until some
    moment before that: between the two a document may be in no list."""

    time: Time = field(default_factory=Time)
    shown: list[_Shown] = field(default_factory=list)
    many: list[list[str]] = field(default_factory=list)
    """What was asked for by `get_many`."""

    def write(self, record: DocumentRecord, *, out_after: float = 0.0, in_after: float = 0.0) -> None:
        """Store a record, which comes out of its list and into the next one so many seconds from now."""
        self.records[record.doc_hash] = record
        for each in self.shown:
            if each.record.doc_hash == record.doc_hash:
                each.until = min(each.until, self.time.seconds + min(out_after, in_after))
        self.shown.append(_Shown(record, self.time.seconds + in_after))

    def get_many(self, doc_hashes: Iterable[str]) -> dict[str, DocumentRecord]:
        """See `DocumentRecords`."""
        self.many.append(sorted(doc_hashes))
        return super().get_many(self.many[-1])

    def changed(self, status: Status, since: str, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        listed = [
            each.record
            for each in self.shown
            if each.since <= self.time.seconds < each.until and each.record.status is status
        ]
        in_order = sorted((one for one in listed if one.updated_at >= since), key=lambda one: one.updated_at)
        start = int(cursor or 0)
        more = len(in_order) > start + limit
        return RecordPage(in_order[start : start + limit], str(start + limit) if more else None)


def accepted(
    current: DocumentRecord | None, now: str, doc_hash: str = "doc", *, folder: str | None = None, delete: bool = False
) -> DocumentRecord:
    """The record of a document once another operation on it is accepted, in a folder or as a deletion."""
    operation = Operation.DELETE if delete else Operation.UPDATE
    submission = Submission(
        operation=operation,
        doc_hash=doc_hash,
        correlation_id="c",
        # Each is another one, so that none is unchanged.
        content_sha256=None if delete else now,
        title=None if delete else f"The title of {doc_hash}",
        folder=folder,
    )
    record, _ = accept(current, submission, now)
    assert record is not None
    return record.model_copy(update={"revision": current.revision + 1 if current else 1})


def goes_on(current: DocumentRecord, status: Status, now: str) -> DocumentRecord:
    """The record of a document that is worked on."""
    indexed = {"indexed_version": current.version} if status is Status.INDEXED else {}
    changes = {"status": status, "updated_at": now, "revision": current.revision + 1, **indexed}
    return current.model_copy(update=changes)
