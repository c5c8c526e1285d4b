"""Counting documents: every status gets its turn, and what there was no time for is said."""

from bloomweaver.documents.counts import Counts, count
from bloomweaver.models.record import DocumentRecord, Operation, Status
from tests.fakes import COUNTED_IN_ONE_GO, MemoryRecords

NOW = "2026-01-01T00:00:00.000000+00:00"


def records(**numbers: int) -> MemoryRecords:
    made = MemoryRecords()
    for status, number in numbers.items():
        for place in range(number):
            doc_hash = f"{status}-{place:04d}"
            made.records[doc_hash] = DocumentRecord(
                doc_hash=doc_hash,
                version=1,
                status=Status(status),
                operation=Operation.CREATE,
                correlation_id="c",
                created_at=NOW,
                updated_at=NOW,
            )
    return made


def test_all_pages_of_every_status_are_counted() -> None:
    many = 3 * COUNTED_IN_ONE_GO + 1
    counted = count(records(indexed=many, failed=2, deleted=COUNTED_IN_ONE_GO), seconds=60)
    expected = {**dict.fromkeys(Status, 0), Status.INDEXED: many, Status.FAILED: 2, Status.DELETED: COUNTED_IN_ONE_GO}
    assert counted == Counts(expected, [])


def test_what_there_was_no_time_for_is_said() -> None:
    counted = count(records(indexed=3 * COUNTED_IN_ONE_GO, failed=1), seconds=0, monotonic=lambda: 0.0)
    assert counted.numbers[Status.INDEXED] == COUNTED_IN_ONE_GO
    assert counted.numbers[Status.FAILED] == 1
    assert counted.incomplete == [Status.INDEXED]
