"""The epoch moves before a record serves anything new, and with nothing else."""

from typing import Any

import pytest

from bloomweaver.audit.entries import AuditEntry
from bloomweaver.documents.epoch import RecordsWithEpoch, serves_anew
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import DocumentRecord, Operation, Status
from tests.fakes import INDEX, MemoryEpochs, MemoryRecords

NOW = "2026-01-01T00:00:00.000000+00:00"


def record(**changes: Any) -> DocumentRecord:
    """A document that serves its version 1."""
    values: dict[str, Any] = {
        "doc_hash": "doc",
        "version": 1,
        "indexed_version": 1,
        "index": INDEX,
        "chunk_count": 3,
        "status": Status.INDEXED,
        "operation": Operation.CREATE,
        "correlation_id": "c",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return DocumentRecord.model_validate({**values, **changes})


ACCEPTED = record(indexed_version=0, index=None, chunk_count=0, status=Status.QUEUED)
UPDATE_ACCEPTED = record(version=2, status=Status.QUEUED)
DELETED = record(version=2, deleted_version=2, status=Status.DELETING)
CREATED_AGAIN = record(version=3, deleted_version=2, status=Status.QUEUED)


@pytest.mark.parametrize(
    ("replaces", "written"),
    [
        (ACCEPTED, record()),
        (UPDATE_ACCEPTED, record(version=2, indexed_version=2)),
        (CREATED_AGAIN, record(version=3, deleted_version=2, indexed_version=3)),
        (record(), record(index="other")),
        (None, record()),
    ],
)
def test_what_serves_something_new(replaces: DocumentRecord | None, written: DocumentRecord) -> None:
    assert serves_anew(written, replaces)


@pytest.mark.parametrize(
    ("replaces", "written"),
    [
        (None, ACCEPTED),
        (record(), record(status=Status.PARTIAL)),
        (record(), UPDATE_ACCEPTED),
        (record(), DELETED),
        (DELETED, record(version=2, deleted_version=2, indexed_version=0, index=None, status=Status.DELETED)),
        (DELETED, CREATED_AGAIN),
    ],
)
def test_what_serves_nothing_new(replaces: DocumentRecord | None, written: DocumentRecord) -> None:
    assert not serves_anew(written, replaces)


class Watched(MemoryRecords):
    """Records that note the epoch's number at each write."""

    def __init__(self, epochs: MemoryEpochs) -> None:
        super().__init__()
        self.at_writes: list[int] = []
        self._epochs = epochs

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        self.at_writes.append(self._epochs.number)
        return super().put(record, replaces, entry)


def test_the_epoch_moves_before_the_record_is_written() -> None:
    epochs = MemoryEpochs()
    records = Watched(epochs)
    assert RecordsWithEpoch(records, epochs).put(ACCEPTED, None)
    assert RecordsWithEpoch(records, epochs).put(record(revision=2), ACCEPTED)
    assert (records.at_writes, epochs.number) == ([0, 1], 1)


def test_where_the_epoch_cannot_move_nothing_is_served() -> None:
    epochs, records = MemoryEpochs(failing=True), MemoryRecords({"doc": ACCEPTED})
    with pytest.raises(StorageUnavailable):
        RecordsWithEpoch(records, epochs).put(record(revision=2), ACCEPTED)
    assert records.get("doc") == ACCEPTED


def test_a_race_for_a_record_is_lost_as_without_it() -> None:
    records = RecordsWithEpoch(MemoryRecords({"doc": record(revision=5)}), MemoryEpochs())
    assert not records.put(record(version=2, revision=2), ACCEPTED)
    assert not records.put(ACCEPTED, None)
