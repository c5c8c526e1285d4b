"""Redrive and the look into the dead letter queues, on ports in memory: nothing is lost, whatever fails."""

from datetime import UTC, datetime

import pytest

from bloomweaver.errors import InapplicableFilter, StorageUnavailable
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import Branch, ErrorDetail, Outcome, Status
from bloomweaver.recovery import dead_letters
from bloomweaver.recovery.mending import Verdict
from bloomweaver.recovery.redrive import (
    EXECUTION_BYTES_MAX,
    EXECUTION_LETTERS_MAX,
    LETTERS_MAX,
    Redrive,
    RedriveRequest,
)
from tests.fakes import INDEX, MemoryDeadLetterQueues, MemoryQueue, MemoryRecords, MemoryRedrives
from tests.recovery.dead_letters import OLD, deleting, published, record, removal, unpublished, write

PINECONE, S3, CREATE = DeadLetterQueue.PINECONE, DeadLetterQueue.S3, DeadLetterQueue.CREATE
ALL = RedriveRequest()


class Parts:
    """A redrive, and the ports behind it."""

    def __init__(self) -> None:
        self.records = MemoryRecords()
        self.queues = MemoryDeadLetterQueues()
        self.redrives = MemoryRedrives()
        self.operations = MemoryQueue()
        self.redrive = Redrive(
            self.records, self.queues, self.redrives, self.operations, visibility_seconds=60, executions_max=2
        )

    def waiting(self, queue: DeadLetterQueue) -> list[str]:
        return [message.message_id for message in self.queues.waiting[queue]]

    def in_flight(self, queue: DeadLetterQueue) -> list[str]:
        return [message.message_id for message in self.queues.in_flight[queue]]

    def unpublished(self, doc_hash: str) -> str:
        """A document whose vectors are missing. Returns the id of its letter."""
        self.records.records[doc_hash] = unpublished().model_copy(update={"doc_hash": doc_hash})
        return self.queues.add(PINECONE, write(Branch.PINECONE, doc_hash=doc_hash).model_dump_json())


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_letters_go_to_one_execution_with_all_that_their_branch_needs(parts: Parts) -> None:
    ids = [parts.unpublished(name) for name in ("a", "b")]
    redriven = parts.redrive.run(PINECONE, ALL)
    assert (redriven.redriven, redriven.executions, redriven.more) == (2, ["pinecone-1"], False)
    [letters] = parts.redrives.started
    assert [(letter.doc_hash, letter.message_id) for letter in letters] == list(zip("ab", ids, strict=True))
    assert letters[0].artifacts == write(Branch.PINECONE).artifacts
    assert letters[0].receipt_handle == f"receipt-of-{ids[0]}"
    # They stay hidden: whoever runs them deletes them.
    assert (parts.waiting(PINECONE), parts.in_flight(PINECONE)) == ([], ids)


def test_an_empty_queue_is_no_error(parts: Parts) -> None:
    redriven = parts.redrive.run(S3, ALL)
    assert (redriven.redriven, redriven.executions, parts.redrives.started) == (0, [], [])


def test_what_is_superseded_is_dropped_and_what_has_to_wait_stays(parts: Parts) -> None:
    parts.records.records = {
        "overtaken": unpublished(version=4, status=Status.QUEUED, doc_hash="overtaken"),
        "busy": record(status=Status.PROCESSING).model_copy(update={"doc_hash": "busy"}),
    }
    dropped = parts.queues.add(PINECONE, write(Branch.PINECONE, doc_hash="overtaken").model_dump_json())
    stays = parts.queues.add(PINECONE, write(Branch.PINECONE, doc_hash="busy").model_dump_json())
    unknown = parts.queues.add(PINECONE, write(Branch.PINECONE, doc_hash="unknown").model_dump_json())
    redriven = parts.redrive.run(PINECONE, ALL)
    assert (redriven.redriven, redriven.superseded, redriven.waiting) == (0, 2, 1)
    assert {(skipped.message_id, skipped.verdict) for skipped in redriven.skipped} == {
        (dropped, Verdict.DROP),
        (stays, Verdict.WAIT),
        (unknown, Verdict.DROP),
    }
    assert all(skipped.reason for skipped in redriven.skipped)
    assert (parts.waiting(PINECONE), parts.in_flight(PINECONE)) == ([stays], [])


def test_what_cannot_be_parsed_stays_and_is_counted(parts: Parts) -> None:
    bad = [
        parts.queues.add(S3, body)
        for body in ("no JSON", "{}", write(Branch.PINECONE).model_dump_json(), '{"task": "write"}')
    ]
    redriven = parts.redrive.run(S3, ALL)
    assert (redriven.redriven, redriven.unparseable, redriven.superseded) == (0, 4, 0)
    assert parts.waiting(S3) == bad


@pytest.mark.parametrize("request_", [{"doc_hash": "b"}, {"error_type": "Odd"}, {"message_id": "message-1"}])
def test_only_what_was_asked_for_is_redriven(parts: Parts, request_: dict[str, str]) -> None:
    ids = [parts.unpublished("a")]
    parts.records.records["b"] = unpublished().model_copy(update={"doc_hash": "b"})
    odd = write(Branch.PINECONE, doc_hash="b", error=ErrorDetail(type="Odd", message="x"))
    ids.append(parts.queues.add(PINECONE, odd.model_dump_json()))
    ids.append(parts.queues.add(PINECONE, "no JSON"))
    redriven = parts.redrive.run(PINECONE, RedriveRequest.model_validate(request_))
    assert (redriven.redriven, redriven.unparseable) == (1, 0)
    assert [letter.doc_hash for letter in parts.redrives.started[0]] == ["b"]
    assert sorted(parts.waiting(PINECONE)) == sorted([ids[0], ids[2]])


def test_a_limit_leaves_the_rest_and_says_so(parts: Parts) -> None:
    for number in range(25):
        parts.unpublished(f"doc-{number}")
    redriven = parts.redrive.run(PINECONE, RedriveRequest(limit=12))
    assert (redriven.redriven, redriven.more) == (12, True)
    assert len(parts.waiting(PINECONE)) == 13


def test_one_call_is_bounded(parts: Parts) -> None:
    for _ in range(LETTERS_MAX + 5):
        parts.queues.add(PINECONE, "no JSON")
    redriven = parts.redrive.run(PINECONE, ALL)
    assert (redriven.unparseable, redriven.more) == (LETTERS_MAX, True)
    assert len(parts.waiting(PINECONE)) == LETTERS_MAX + 5


def test_many_letters_make_several_executions(parts: Parts) -> None:
    for number in range(EXECUTION_LETTERS_MAX + 1):
        parts.unpublished(f"doc-{number}")
    parts.redrive.run(PINECONE, ALL)
    assert [len(letters) for letters in parts.redrives.started] == [EXECUTION_LETTERS_MAX, 1]


def test_one_call_starts_only_so_many_executions(parts: Parts) -> None:
    for number in range(2 * EXECUTION_LETTERS_MAX + 1):
        parts.unpublished(f"doc-{number}")
    redriven = parts.redrive.run(PINECONE, ALL)
    assert (len(redriven.executions), redriven.more) == (2, True)
    again = parts.redrive.run(PINECONE, ALL)
    assert (again.redriven, again.more) == (1, False)


def test_an_execution_s_input_has_a_bound_in_bytes(parts: Parts) -> None:
    stale = [OLD.model_copy(update={"version": -number}) for number in range(100)]
    for number in range(60):
        name = f"doc-{number}"
        parts.records.records[name] = published(Outcome.NOT_REMOVED, Outcome.WRITTEN).model_copy(
            update={"doc_hash": name}
        )
        parts.queues.add(PINECONE, removal(Branch.PINECONE, *stale, doc_hash=name).model_dump_json())
    assert parts.redrive.run(PINECONE, ALL).redriven == 60
    assert len(parts.redrives.started) > 1
    for letters in parts.redrives.started:
        assert sum(len(letter.model_dump_json()) for letter in letters) <= EXECUTION_BYTES_MAX


def test_letters_whose_execution_does_not_start_are_given_back(parts: Parts) -> None:
    for number in range(EXECUTION_LETTERS_MAX + 1):
        parts.unpublished(f"doc-{number}")
    parts.redrives.failing = 1
    with pytest.raises(StorageUnavailable):
        parts.redrive.run(PINECONE, ALL)
    assert len(parts.waiting(PINECONE)) == 1
    assert len(parts.in_flight(PINECONE)) == EXECUTION_LETTERS_MAX


def test_a_letter_that_names_what_is_served_does_not_remove_it(parts: Parts) -> None:
    parts.records.records["doc"] = published(Outcome.WRITTEN, Outcome.NOT_REMOVED, stale={"2": {INDEX: 4}})
    served = OLD.model_copy(update={"version": 3})
    parts.queues.add(S3, removal(Branch.S3, OLD, served).model_dump_json())
    parts.redrive.run(S3, ALL)
    assert parts.redrives.started[0][0].stale == [OLD]


# Messages that never started ------------------------------------------------------------------------------------------


def message(version: int = 3) -> str:
    return OperationMessage.of(record()).model_copy(update={"version": version}).model_dump_json()


@pytest.mark.parametrize(
    "current",
    [
        record(status=Status.QUEUED),
        deleting(Outcome.REMOVED, Outcome.REMOVED, status=Status.DELETING, branches={}),
    ],
)
def test_a_message_that_never_started_goes_back_to_its_queue(parts: Parts, current: object) -> None:
    parts.records.records["doc"] = current  # type: ignore[assignment]
    parts.queues.add(CREATE, message())
    redriven = parts.redrive.run(CREATE, ALL)
    assert (redriven.redriven, redriven.executions) == (1, [])
    assert [sent.version for sent in parts.operations.messages] == [3]
    assert (parts.waiting(CREATE), parts.in_flight(CREATE)) == ([], [])


@pytest.mark.parametrize(
    "current",
    [
        record(status=Status.QUEUED, version=4),
        record(status=Status.QUEUED, attempt=1),
        record(status=Status.PROCESSING),
        record(status=Status.INDEXED),
        deleting(Outcome.REMOVED, Outcome.REMOVED, status=Status.DELETING, execution_arn="arn"),
    ],
)
def test_a_message_that_is_overtaken_or_ran_meanwhile_is_dropped(parts: Parts, current: object) -> None:
    parts.records.records["doc"] = current  # type: ignore[assignment]
    parts.queues.add(CREATE, message())
    redriven = parts.redrive.run(CREATE, ALL)
    assert (redriven.redriven, redriven.superseded, parts.operations.messages) == (0, 1, [])
    assert (parts.waiting(CREATE), parts.in_flight(CREATE)) == ([], [])


def test_messages_that_never_started_have_no_error_to_choose_by(parts: Parts) -> None:
    with pytest.raises(InapplicableFilter, match="'create' never started"):
        parts.redrive.run(CREATE, RedriveRequest(error_type="VectorIndexRejected"))


# Looking --------------------------------------------------------------------------------------------------------------


def look(parts: Parts, queue: DeadLetterQueue, limit: int = 20) -> dead_letters.QueueContent:
    now = datetime(2026, 1, 1, 1, tzinfo=UTC).isoformat()
    [content] = dead_letters.look(parts.queues, lambda: now, [queue], limit)
    return content


def test_a_look_shows_a_letter_and_leaves_it(parts: Parts) -> None:
    cause = '{"errorMessage": "no such index", "errorType": "VectorIndexRejected", "stackTrace": []}'
    error = ErrorDetail(type="VectorIndexRejected", message=cause)
    letter_id = parts.queues.add(PINECONE, write(Branch.PINECONE, redrives=2, error=error).model_dump_json())
    content = look(parts, PINECONE)
    [entry] = content.letters
    assert (content.visible, content.in_flight) == (1, 0)
    assert (entry.message_id, entry.doc_hash, entry.version, entry.task) == (letter_id, "doc", 3, "write")
    assert (entry.error, entry.redrives, entry.age_seconds, entry.execution_arn) == (
        ErrorDetail(type="VectorIndexRejected", message="no such index"),
        2,
        3600,
        "arn",
    )
    assert parts.waiting(PINECONE) == [letter_id]


def test_a_look_is_bounded_and_gives_back_all_that_it_saw(parts: Parts) -> None:
    for number in range(25):
        parts.queues.add(CREATE, message(), sent_at=f"2026-01-01T00:00:{59 - number:02d}.000+00:00")
    content = look(parts, CREATE, limit=3)
    assert (content.visible, len(content.letters)) == (25, 3)
    assert [entry.age_seconds for entry in content.letters] == sorted(
        (entry.age_seconds for entry in content.letters), reverse=True
    )
    assert (len(parts.waiting(CREATE)), parts.in_flight(CREATE)) == (25, [])


def test_what_cannot_be_parsed_is_shown_escaped_and_cut(parts: Parts) -> None:
    parts.queues.add(CREATE, "\x1b[31mred\n\u202e ü " + "x" * 5000)
    [entry] = look(parts, CREATE).letters
    assert entry.unparseable is not None
    assert entry.unparseable.excerpt.startswith("\\x1b[31mred\\n\\u202e ü xxx")
    assert len(entry.unparseable.excerpt) < 300
    assert entry.unparseable.reason
    assert entry.doc_hash is None


def test_what_somebody_else_works_on_is_counted(parts: Parts) -> None:
    parts.unpublished("a")
    parts.redrive.run(PINECONE, ALL)
    content = look(parts, PINECONE)
    assert (content.visible, content.in_flight, content.letters) == (0, 1, [])
