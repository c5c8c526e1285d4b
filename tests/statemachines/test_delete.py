"""DELETE: both targets are cleared, and what cannot be cleared now is neither lost nor called a success."""

from itertools import repeat

import pytest

from bloomweaver.errors import (
    BackupUnavailable,
    RecordContended,
    StorageUnavailable,
    VectorIndexRejected,
    VectorIndexThrottled,
    VectorIndexUnavailable,
)
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, ErrorDetail, StaleVersion, Status
from tests.fakes import INDEX
from tests.statemachines.expectations import (
    REMOVE,
    assert_called,
    assert_dead_lettered,
    assert_failed,
    assert_succeeded,
    identity,
    letter,
)
from tests.statemachines.interpreters import Interpreter
from tests.statemachines.pipeline import Pipeline, accepted
from tests.statemachines.tasks import Script

OLD = [{"version": 2, "index": INDEX, "chunk_count": 4, "first_backup": 0, "source": None}]
REMOVED = {"pinecone": {"outcome": "removed"}, "s3": {"outcome": "removed"}}
REMOVERS = {"pinecone": "PineconeWriter/remove", "s3": "S3Writer/remove"}


def deleting() -> DocumentRecord:
    """Version 2 with 4 chunks was served, and version 3 is a DELETE."""
    return accepted("DELETE", 3, indexed_version=2, chunk_count=4, deleted_version=3)


def test_what_was_indexed_is_removed_from_both_targets(interpreter: Interpreter) -> None:
    pipeline = Pipeline(deleting())
    me = identity(pipeline.record)

    run = interpreter.run("delete", pipeline)

    assert_succeeded(run, "Deleted")
    assert_called(run, "Claim", REMOVE, "Settle")
    assert run.payloads("Claim") == [{**me, "execution_arn": run.arn}]
    for remover in REMOVE:
        assert run.payloads(remover) == [{**me, "task": "remove", "stale": OLD}]
    assert run.payloads("Settle") == [{**me, "stale": OLD, "branches": REMOVED}]
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.DELETED, 0)
    assert pipeline.record.stale == {}


def test_with_nothing_to_remove_the_document_is_deleted_all_the_same(interpreter: Interpreter) -> None:
    pipeline = Pipeline(accepted("DELETE", 2, deleted_version=2))

    run = interpreter.run("delete", pipeline)

    assert_succeeded(run, "Deleted")
    assert [payload["stale"] for payload in run.payloads("S3Writer/remove")] == [[]]
    assert pipeline.record.status is Status.DELETED


def test_an_error_of_an_earlier_operation_does_not_fail_the_delete(interpreter: Interpreter) -> None:
    error = ErrorDetail(type="ExtractionFailed", message="no text")
    pipeline = Pipeline(deleting().model_copy(update={"error": error}))

    assert_succeeded(interpreter.run("delete", pipeline), "Deleted")


def test_many_versions_are_removed_round_by_round(interpreter: Interpreter) -> None:
    record = accepted(
        "DELETE",
        9,
        indexed_version=8,
        chunk_count=4,
        stale={"3": {INDEX: 1}, "5": {INDEX: 2}, "6": {INDEX: 3}, "7": {INDEX: 1}},
    )
    pipeline = Pipeline(record, stale_limit=2)

    run = interpreter.run("delete", pipeline)

    assert_succeeded(run, "Deleted")
    assert_called(run, "Claim", REMOVE, "Settle", REMOVE, "Settle", REMOVE, "Settle")
    rounds = [[stale["version"] for stale in payload["stale"]] for payload in run.payloads("S3Writer/remove")]
    assert rounds == [[3, 5], [6, 7], [8]]
    assert (pipeline.record.status, pipeline.record.stale) == (Status.DELETED, {})


def test_every_task_outlives_its_transient_errors(interpreter: Interpreter) -> None:
    storage, contended = StorageUnavailable("503"), RecordContended("lost ten races")
    script: Script = {
        "Claim": [storage, contended],
        "PineconeWriter/remove": [VectorIndexThrottled("429"), VectorIndexUnavailable("503"), storage],
        "S3Writer/remove": [BackupUnavailable("503"), storage],
        "Settle": [storage, contended],
    }

    run = interpreter.run("delete", Pipeline(deleting()), script)

    assert_succeeded(run, "Deleted")
    assert {task: run.called().count(task) for task in script} == {
        task: 1 + len(list(errors)) for task, errors in script.items()
    }


@pytest.mark.parametrize(
    ("branch", "error"),
    [("pinecone", VectorIndexThrottled("slow down")), ("s3", VectorIndexRejected("no such bucket"))],
)
def test_a_branch_that_fails_for_good_is_dead_lettered_alone(
    interpreter: Interpreter, branch: str, error: Exception
) -> None:
    pipeline = Pipeline(deleting())
    record = pipeline.record

    run = interpreter.run("delete", pipeline, {REMOVERS[branch]: repeat(error)})

    assert_dead_lettered(run, branch, message=str(error))
    dead = letter(run, record, branch, "remove", type(error).__name__)
    assert dead.stale == [StaleVersion(version=2, index=INDEX, chunk_count=4)]
    branches = run.payloads("Settle")[0]["branches"]
    assert {name: result["outcome"] for name, result in branches.items()} == {
        name: "dead_lettered" if name == branch else "removed" for name in REMOVERS
    }
    assert (pipeline.record.status, pipeline.record.stale) == (Status.PARTIAL, {"2": {INDEX: 4}})


def test_with_both_branches_dead_lettered_each_keeps_its_own_work(interpreter: Interpreter) -> None:
    pipeline = Pipeline(deleting())
    record = pipeline.record
    script: Script = {
        REMOVERS["pinecone"]: repeat(VectorIndexRejected("bad key")),
        REMOVERS["s3"]: repeat(BackupUnavailable("no answer")),
    }

    run = interpreter.run("delete", pipeline, script)

    assert_dead_lettered(run, "pinecone", "s3", message="bad key")
    letter(run, record, "pinecone", "remove", "VectorIndexRejected")
    letter(run, record, "s3", "remove", "BackupUnavailable")
    assert run.called().count("Settle") == 1


def test_a_delete_that_is_overtaken_removes_what_it_was_to_remove(interpreter: Interpreter) -> None:
    pipeline = Pipeline(deleting())

    run = interpreter.run("delete", pipeline, {"PineconeWriter/remove": [pipeline.overtake]})

    assert_succeeded(run, "Superseded")
    assert_called(run, "Claim", REMOVE, "Settle")
    assert (pipeline.record.status, pipeline.record.version) == (Status.QUEUED, 4)
    assert pipeline.record.stale == {}


def test_an_overtaken_delete_with_a_dead_letter_is_no_success(interpreter: Interpreter) -> None:
    pipeline = Pipeline(deleting())
    script: Script = {"Claim": [pipeline.overtake], REMOVERS["s3"]: repeat(KeyError("key"))}

    run = interpreter.run("delete", pipeline, script)

    assert_dead_lettered(run, "s3", message="'key'")
    assert (pipeline.record.status, pipeline.record.stale) == (Status.QUEUED, {"2": {INDEX: 4}})


def test_a_removal_that_times_out_makes_a_dead_letter_all_the_same(interpreter: Interpreter) -> None:
    pipeline = Pipeline(deleting())
    record = pipeline.record

    run = interpreter.run("delete", pipeline, times_out="Delete/RemoveS3")

    assert (run.status, run.error) == ("FAILED", "DeadLettered")
    assert run.cause
    letter(run, record, "s3", "remove", "States.Timeout")


def test_a_dead_letter_that_cannot_be_sent_fails_the_run(interpreter: Interpreter) -> None:
    pipeline = Pipeline(deleting())

    run = interpreter.run("delete", pipeline, {REMOVERS["s3"]: repeat(KeyError("key"))}, missing_queue="s3")

    assert (run.status, run.ended_in) == ("FAILED", "Failed")
    assert "RecordFailure" in run.called()
    assert "Settle" not in run.called()
    assert pipeline.record.status is Status.FAILED


@pytest.mark.parametrize(("function", "before"), [("Claim", []), ("Settle", ["Claim", REMOVE])])
def test_an_error_that_would_come_again_is_recorded_at_once(
    interpreter: Interpreter, function: str, before: list[str]
) -> None:
    pipeline = Pipeline(deleting())

    run = interpreter.run("delete", pipeline, {function: repeat(KeyError("stale"))})

    assert_failed(run, "KeyError", "'stale'")
    assert_called(run, *before, function, "RecordFailure")
    assert pipeline.record.status is Status.FAILED


def test_a_failure_that_cannot_be_recorded_fails_the_run_with_its_own_error(interpreter: Interpreter) -> None:
    script: Script = {"Claim": repeat(KeyError("stale")), "RecordFailure": repeat(StorageUnavailable("503"))}

    run = interpreter.run("delete", Pipeline(deleting()), script)

    assert_failed(run, "KeyError", "'stale'")
    assert run.called().count("RecordFailure") == 9


def test_a_clean_removes_leftovers_and_leaves_the_status_alone(interpreter: Interpreter) -> None:
    failed = accepted(
        "UPDATE", 3, status=Status.FAILED, indexed_version=1, chunk_count=2, stale={"2": {INDEX: 4}, "3": {INDEX: 5}}
    )
    pipeline = Pipeline(failed, stale_limit=1)
    pipeline.message = OperationMessage.cleaning(failed)

    run = interpreter.run("delete", pipeline)

    assert_succeeded(run, "Cleaned")
    assert_called(run, "Claim", REMOVE, "Settle", REMOVE, "Settle")
    assert (pipeline.record.status, pipeline.record.served_version, pipeline.record.stale) == (Status.FAILED, 1, {})


def test_a_clean_that_something_else_came_before_removes_nothing(interpreter: Interpreter) -> None:
    failed = accepted("UPDATE", 3, status=Status.FAILED, stale={"3": {INDEX: 5}})
    pipeline = Pipeline(failed)
    pipeline.message = OperationMessage.cleaning(failed)
    pipeline.record = failed.model_copy(update={"version": 4, "status": Status.QUEUED})

    run = interpreter.run("delete", pipeline)

    assert_succeeded(run, "Superseded")
    assert [payload["stale"] for payload in run.payloads("PineconeWriter/remove")] == [[]]
    assert pipeline.record.stale == {"3": {INDEX: 5}}
