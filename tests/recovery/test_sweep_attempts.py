"""What the sweep makes of executions by how they ended: one that Lambda had no place for says nothing of a document."""

from dataclasses import dataclass

import pytest

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import Execution
from bloomweaver.recovery.rules import ATTEMPTS_EXHAUSTED, NOT_INVOKED
from bloomweaver.recovery.sweep import Found, Sweep, SweepLimits
from tests.fakes import MemoryQueue, MemoryRecords

BEFORE = "2026-01-01T00:00:00.000000+00:00"
NOW = "2026-01-02T00:00:00.000000+00:00"
THROTTLED = Execution("FAILED", BEFORE, NOT_INVOKED, "no place for half an hour")
NO_INSTANCE = Execution("FAILED", BEFORE, "FleetNeverReady", "no instance became ready")
TIMED_OUT = Execution("TIMED_OUT", BEFORE)
ATTEMPTS_MAX = 3


@dataclass
class Ended:
    """Implements `Executions`: every one of them has ended like this."""

    how: Execution

    def start(self, message: OperationMessage) -> None:
        raise NotImplementedError("the sweep starts none")

    def arn_of(self, message: OperationMessage) -> str:
        return message.execution_name

    def look_up(self, arn: str) -> Execution | None:
        return self.how


def record(status: Status = Status.PROCESSING, **changes: object) -> DocumentRecord:
    """A record that nothing has changed for a day."""
    operation = Operation.DELETE if status is Status.DELETING else Operation.CREATE
    plain = DocumentRecord(
        doc_hash="doc",
        version=1,
        status=status,
        operation=operation,
        execution_arn="the-last",
        correlation_id="c",
        created_at=BEFORE,
        updated_at=BEFORE,
    )
    return plain.model_copy(update=changes)


def sweep(records: MemoryRecords, how: Execution) -> set[Found]:
    """Sweep once; then let a day pass, as far as the records know."""
    queue = MemoryQueue(handed_out=dict.fromkeys(Operation, NOW))
    limits = SweepLimits(after_seconds=600, attempts_max=ATTEMPTS_MAX, each_max=10)
    counts = Sweep(records, queue, queue, Ended(how), lambda: NOW, limits).run(60)
    aged = {name: each.model_copy(update={"updated_at": BEFORE}) for name, each in records.records.items()}
    records.records.update(aged)
    return {found for found, count in counts.items() if count}


@pytest.mark.parametrize("how", [THROTTLED, NO_INSTANCE], ids=["throttled", "no instance"])
@pytest.mark.parametrize("status", [Status.QUEUED, Status.PROCESSING, Status.DELETING])
def test_what_says_nothing_of_the_document_is_begun_anew_without_end(status: Status, how: Execution) -> None:
    records = MemoryRecords({"doc": record(status)})
    for attempt in range(1, 3 * ATTEMPTS_MAX):
        assert sweep(records, how) == {Found.BEGUN_ANEW}
        assert (records.records["doc"].attempt, records.records["doc"].counted_attempts) == (attempt, 0)
    assert records.records["doc"].error is None


def test_executions_that_end_otherwise_count_beside_those() -> None:
    records = MemoryRecords({"doc": record()})
    for how in (TIMED_OUT, THROTTLED, TIMED_OUT, THROTTLED, TIMED_OUT, THROTTLED):
        assert sweep(records, how) == {Found.BEGUN_ANEW}
    assert sweep(records, TIMED_OUT) == {Found.GIVEN_UP}
    given_up = records.records["doc"]
    assert given_up.error is not None
    assert (given_up.status, given_up.error.type) == (Status.FAILED, ATTEMPTS_EXHAUSTED)


def test_leftovers_are_removed_however_often_lambda_had_no_place_for_that() -> None:
    left_over = record(Status.FAILED, stale={"1": {"index": 2}})
    records = MemoryRecords({"doc": left_over})
    for _ in range(4 * ATTEMPTS_MAX):
        assert sweep(records, THROTTLED) == {Found.CLEANING}
    for _ in range(2 * ATTEMPTS_MAX):
        assert sweep(records, TIMED_OUT) == {Found.CLEANING}
    assert sweep(records, TIMED_OUT) == {Found.LEFT_OVER}
