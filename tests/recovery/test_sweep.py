"""The sweep leaves messages alone that wait in a queue, however long, and sends again those that were lost."""

from datetime import UTC, datetime, timedelta

import pytest

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import Execution
from bloomweaver.recovery.sweep import Found, Sweep, SweepLimits
from tests.fakes import MemoryQueue, MemoryRecords

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
AFTER_SECONDS = 600
EACH_MAX = 60


def ago(seconds: float) -> str:
    """A time in the form of the clock."""
    return (NOW - timedelta(seconds=seconds)).isoformat(timespec="microseconds")


class Started:
    """Implements `Executions`: those that were started, by ARN."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.looked_up: list[str] = []

    def start(self, message: OperationMessage) -> None:
        self.executions[self.arn_of(message)] = Execution("RUNNING")

    def arn_of(self, message: OperationMessage) -> str:
        machine = "delete" if message.operation in (Operation.DELETE, Operation.CLEAN) else message.operation
        return f"arn:{machine}:{message.execution_name}"

    def look_up(self, arn: str) -> Execution | None:
        self.looked_up.append(arn)
        return self.executions.get(arn)


class Swept:
    """A sweep on services in memory. Every queue is empty until a test says otherwise."""

    def __init__(self) -> None:
        self.records = MemoryRecords()
        self.queue = MemoryQueue(handed_out=dict.fromkeys(Operation, ago(0)))
        self.executions = Started()

    def add(self, doc_hash: str, age: float, **fields: object) -> DocumentRecord:
        """A record that was changed so many seconds ago."""
        record = DocumentRecord.model_validate(
            {
                "doc_hash": doc_hash,
                "revision": 1,
                "version": 1,
                "status": Status.QUEUED,
                "operation": Operation.CREATE,
                "correlation_id": "c",
                "created_at": ago(age),
                "accepted_at": ago(age),
                "updated_at": ago(age),
                **fields,
            }
        )
        self.records.records[doc_hash] = record
        return record

    def run(self) -> dict[Found, int]:
        """What a sweep finds, without what it does not find."""
        limits = SweepLimits(after_seconds=AFTER_SECONDS, attempts_max=3, each_max=EACH_MAX)
        sweep = Sweep(self.records, self.queue, self.queue, self.executions, lambda: ago(0), limits)
        return {found: count for found, count in sweep.run(3600).items() if count}


@pytest.fixture
def swept() -> Swept:
    """A sweep of nothing yet."""
    return Swept()


def test_a_thousand_messages_that_wait_are_left_alone_and_cost_a_question_a_queue(swept: Swept) -> None:
    for number in range(1000):
        swept.add(f"doc-{number}", age=4000 - number)
    swept.queue.handed_out[Operation.CREATE] = ago(4000)
    swept.queue.handed_out[Operation.UPDATE] = ago(5000)
    assert set(swept.run()) == {Found.WAITING}
    assert swept.queue.messages == []
    assert sorted(swept.queue.asked) == [Operation.CREATE, Operation.UPDATE]
    assert swept.executions.looked_up == []
    assert {record.revision for record in swept.records.records.values()} == {1}


def test_of_those_behind_which_everything_waits_not_all_are_read(swept: Swept) -> None:
    for number in range(1000):
        swept.add(f"doc-{number}", age=4000 - number)
    for queue in (Operation.CREATE, Operation.UPDATE):
        swept.queue.handed_out[queue] = ago(4000)
    assert swept.run() == {Found.WAITING: 1}


def test_a_lost_message_is_sent_again_when_its_queue_has_moved_past_it(swept: Swept) -> None:
    lost = swept.add("lost", age=4000)
    swept.queue.handed_out[Operation.CREATE] = ago(4000 - AFTER_SECONDS)
    assert swept.run() == {Found.WAITING: 1}, "it may have been sent a while after the record was changed"
    swept.queue.handed_out[Operation.CREATE] = ago(4000 - AFTER_SECONDS - 1)
    assert swept.run() == {Found.RESENT: 1}
    assert swept.queue.messages == [OperationMessage.of(lost)]
    assert swept.run() == {}, "from now on it waits like any other"


def test_a_lost_update_is_found_behind_any_number_of_creates_that_wait(swept: Swept) -> None:
    for number in range(EACH_MAX + 1):
        swept.add(f"doc-{number}", age=4000 - number)
    lost = swept.add("lost", age=2000, operation=Operation.UPDATE)
    swept.queue.handed_out[Operation.CREATE] = ago(4000)
    assert swept.run() == {Found.WAITING: EACH_MAX + 1, Found.RESENT: 1}
    assert swept.queue.messages == [OperationMessage.of(lost)]


def test_nothing_is_known_to_be_lost_of_a_queue_that_says_nothing(swept: Swept) -> None:
    swept.add("doc", age=1_000_000)
    swept.queue.handed_out[Operation.CREATE] = None
    assert swept.run() == {Found.WAITING: 1}
    assert swept.queue.messages == []


def test_no_queue_is_asked_if_nothing_is_looked_at(swept: Swept) -> None:
    swept.add("fresh", age=AFTER_SECONDS - 1)
    swept.add("done", age=4000, status=Status.INDEXED)
    assert swept.run() == {}
    assert swept.queue.asked == []


def test_an_execution_that_ended_before_it_claimed_its_version_gets_a_successor(swept: Swept) -> None:
    record = swept.add("doc", age=4000)
    arn = swept.executions.arn_of(OperationMessage.of(record))
    swept.executions.executions[arn] = Execution("ABORTED", ago(3000))
    assert swept.run() == {Found.BEGUN_ANEW: 1}


def test_a_removal_of_leftovers_that_waits_is_neither_sent_again_nor_counted_as_an_attempt(swept: Swept) -> None:
    swept.add(
        "doc",
        age=4000,
        status=Status.FAILED,
        execution_arn="arn:create:doc-1",
        stale={"1": {"bloomweaver": 1}},
    )
    swept.queue.handed_out[Operation.DELETE] = ago(9000)
    assert swept.run() == {Found.CLEANING: 1}
    [clean] = swept.queue.messages
    cleaning = swept.records.records["doc"]
    swept.records.records["doc"] = cleaning.model_copy(update={"updated_at": ago(3000)})
    for _ in range(10):
        assert swept.run() == {Found.WAITING: 1}
    assert swept.queue.messages == [clean]

    swept.queue.handed_out[Operation.DELETE] = ago(0)
    swept.executions.start(clean)
    assert swept.run() == {Found.RUNNING: 1}, "it has been started, and claims its work in a moment"
    assert swept.records.records["doc"].attempt == 1

    swept.executions.executions.clear()
    assert swept.run() == {Found.CLEANING: 1}, "it was lost"
    assert [message.attempt for message in swept.queue.messages] == [1, 2]
