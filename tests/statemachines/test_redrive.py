"""REDRIVE: dead letters run again alone, and none is lost whatever happens on the way."""

from itertools import repeat
from typing import Any

import pytest

from bloomweaver.errors import (
    ArtifactsExpired,
    BackupUnavailable,
    RecordContended,
    StorageUnavailable,
    VectorIndexUnavailable,
)
from bloomweaver.models.dead_letter import BranchTask, DeadLetter, VersionArtifacts
from bloomweaver.models.record import Branch, DocumentRecord, ErrorDetail, Outcome, StaleVersion, Status
from tests.fakes import INDEX, MODEL
from tests.statemachines.expectations import REMOVE, assert_called, identity
from tests.statemachines.interpreters import Interpreter, Redrive
from tests.statemachines.pipeline import Pipeline, accepted
from tests.statemachines.tasks import Script

ARTIFACTS = VersionArtifacts(model=MODEL, index=INDEX, chunk_count=5, batches=[0, 1], reused=0)
OLD = StaleVersion(version=2, index=INDEX, chunk_count=4)
DEAD, WRITTEN, NOT_REMOVED = Outcome.DEAD_LETTERED, Outcome.WRITTEN, Outcome.NOT_REMOVED


def partial(pinecone: Outcome, s3: Outcome, **changes: Any) -> DocumentRecord:
    """The record of version 3 after a run with dead letters; version 2 with 4 chunks was served before it."""
    branches = {Branch.PINECONE: pinecone, Branch.S3: s3}
    return accepted("UPDATE", 3, status=Status.PARTIAL, branches=branches, **changes)


def unpublished(s3: Outcome = WRITTEN) -> DocumentRecord:
    return partial(DEAD, s3, indexed_version=2, chunk_count=4, stale={"3": {INDEX: 5}})


def letter(record: DocumentRecord, branch: Branch, stale: list[StaleVersion] | None = None) -> DeadLetter:
    """The letter of a branch of version 3: its write, or with `stale` its removal."""
    return DeadLetter(
        branch=branch,
        task=BranchTask.WRITE if stale is None else BranchTask.REMOVE,
        doc_hash=record.doc_hash,
        version=3,
        operation=record.operation,
        correlation_id=record.correlation_id,
        artifacts=ARTIFACTS if stale is None else None,
        stale=stale or [],
        error=ErrorDetail(type="VectorIndexUnavailable", message="503"),
        execution_arn="arn",
        failed_at="2026-01-01T00:00:00Z",
        redrives=1,
    )


def assert_redriven(redrive: Redrive, *outcomes: str) -> None:
    """The run ended well with these outcomes, and nothing is left in any queue."""
    assert (redrive.run.status, redrive.run.ended_in) == ("SUCCEEDED", "Redriven")
    assert redrive.run.output["outcomes"] == list(outcomes)
    assert (redrive.again, redrive.undeleted) == ([], 0)
    assert redrive.run.dead_letters == {"pinecone": [], "s3": []}
    assert redrive.done() == len(outcomes)


def assert_failed_again(redrive: Redrive, undeleted: int = 0) -> None:
    """The run ended as a failure that says what became of its letters."""
    assert (redrive.run.status, redrive.run.ended_in, redrive.run.error) == ("FAILED", "FailedAgain", "DeadLettered")
    assert '"failed"' in (redrive.run.cause or "")
    assert redrive.undeleted == undeleted
    assert redrive.done() == redrive.letters - undeleted


def test_a_missing_write_is_published_and_the_old_version_removed(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    # A redrive is no attempt of the version's own.
    me = identity(pipeline.record)
    del me["attempt"]

    redrive = interpreter.redrive(pipeline, [letter(pipeline.record, Branch.PINECONE)])

    assert_redriven(redrive, "mended")
    assert_called(redrive.run, "PineconeWriter/write", "Mend/write", REMOVE, "Settle", "Mend/write")
    [written] = redrive.run.payloads("PineconeWriter/write")
    assert written == {**me, "task": "write", "artifacts": ARTIFACTS.model_dump(), "stale": []}
    for remover in REMOVE:
        assert redrive.run.payloads(remover) == [{**me, "task": "remove", "stale": [OLD.model_dump()]}]
    record = pipeline.record
    assert (record.status, record.served_version, record.stale, record.error) == (Status.INDEXED, 3, {}, None)


def test_missing_backups_are_written_alone(interpreter: Interpreter) -> None:
    pipeline = Pipeline(partial(WRITTEN, DEAD, indexed_version=3, chunk_count=5))

    redrive = interpreter.redrive(pipeline, [letter(pipeline.record, Branch.S3)])

    assert_redriven(redrive, "mended")
    assert_called(redrive.run, "S3Writer/write", "Mend/write")
    assert pipeline.record.status is Status.INDEXED


@pytest.mark.parametrize("branch", Branch)
def test_a_removal_runs_in_its_branch_alone(interpreter: Interpreter, branch: Branch) -> None:
    branches = {other: NOT_REMOVED if other is branch else WRITTEN for other in Branch}
    record = partial(branches[Branch.PINECONE], branches[Branch.S3], indexed_version=3, stale={"2": {INDEX: 4}})
    pipeline = Pipeline(record)
    writer = {Branch.PINECONE: "PineconeWriter/remove", Branch.S3: "S3Writer/remove"}[branch]

    redrive = interpreter.redrive(pipeline, [letter(record, branch, [OLD])])

    assert_redriven(redrive, "mended")
    assert_called(redrive.run, writer, "Mend/remove")
    assert (pipeline.record.status, pipeline.record.stale) == (Status.INDEXED, {})


def test_a_delete_ends_when_what_came_after_its_letter_is_removed_too(interpreter: Interpreter) -> None:
    branches = {Branch.PINECONE: DEAD, Branch.S3: Outcome.REMOVED}
    record = accepted("DELETE", 3, status=Status.PARTIAL, branches=branches, stale={"1": {INDEX: 2}, "2": {INDEX: 4}})
    pipeline = Pipeline(record, stale_limit=1)

    redrive = interpreter.redrive(
        pipeline, [letter(record, Branch.PINECONE, [StaleVersion(version=1, index=INDEX, chunk_count=2)])]
    )

    assert_redriven(redrive, "mended")
    rounds = [*(REMOVE, "Settle", "Mend/remove"), *(REMOVE, "Settle", "Mend/remove")]
    assert_called(redrive.run, "PineconeWriter/remove", "Mend/remove", *rounds)
    assert (pipeline.record.status, pipeline.record.stale) == (Status.DELETED, {})


def test_letters_of_both_branches_mend_the_document_together(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished(s3=DEAD))
    assert_redriven(interpreter.redrive(pipeline, [letter(pipeline.record, Branch.S3)]), "mended")
    assert (pipeline.record.status, pipeline.record.served_version) == (Status.PARTIAL, 2)
    assert_redriven(interpreter.redrive(pipeline, [letter(pipeline.record, Branch.PINECONE)]), "mended")
    assert (pipeline.record.status, pipeline.record.served_version) == (Status.INDEXED, 3)


def test_a_write_that_fails_again_goes_back_with_its_new_error(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    before = pipeline.record
    script: Script = {"PineconeWriter/write": repeat(ArtifactsExpired("the vectors are gone"))}

    redrive = interpreter.redrive(pipeline, [letter(before, Branch.PINECONE)], script)

    assert_failed_again(redrive)
    assert_called(redrive.run, "PineconeWriter/write")
    [again] = redrive.again
    assert (again.redrives, again.execution_arn) == (2, redrive.run.arn)
    assert again.plain_error() == ErrorDetail(type="ArtifactsExpired", message="the vectors are gone")
    expected = letter(before, Branch.PINECONE)
    changed = {"error", "execution_arn", "failed_at", "redrives"}
    assert again.model_dump(exclude=changed) == expected.model_dump(exclude=changed)
    assert pipeline.record == before


def test_one_letter_s_failure_does_not_hold_up_the_others(interpreter: Interpreter) -> None:
    pipeline = Pipeline(partial(WRITTEN, DEAD, indexed_version=3, chunk_count=5))
    script: Script = {"S3Writer/remove": repeat(KeyError("key"))}
    letters = [letter(pipeline.record, Branch.S3, [OLD]), letter(pipeline.record, Branch.S3)]

    redrive = interpreter.redrive(pipeline, letters, script)

    assert_failed_again(redrive)
    assert [again.task for again in redrive.again] == [BranchTask.REMOVE]
    assert pipeline.record.branches[Branch.S3] is WRITTEN


def test_every_task_outlives_its_transient_errors(interpreter: Interpreter) -> None:
    storage, contended = StorageUnavailable("503"), RecordContended("lost ten races")
    script: Script = {
        "PineconeWriter/write": [VectorIndexUnavailable("503"), storage],
        "Mend/write": [storage, contended],
        "S3Writer/remove": [BackupUnavailable("503")],
        "Settle": [storage, contended],
    }
    pipeline = Pipeline(unpublished())
    assert_redriven(interpreter.redrive(pipeline, [letter(pipeline.record, Branch.PINECONE)], script), "mended")


def test_a_letter_that_is_overtaken_before_its_write_is_dropped(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    script: Script = {"PineconeWriter/write": [pipeline.overtake]}

    redrive = interpreter.redrive(pipeline, [letter(pipeline.record, Branch.PINECONE)], script)

    assert_redriven(redrive, "superseded")
    assert_called(redrive.run, "PineconeWriter/write")
    assert (pipeline.record.status, pipeline.record.stale) == (Status.QUEUED, {"3": {INDEX: 5}})


def test_what_was_written_for_an_overtaken_version_is_removed(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    script: Script = {"Mend/write": [pipeline.overtake]}

    redrive = interpreter.redrive(pipeline, [letter(pipeline.record, Branch.PINECONE)], script)

    assert_redriven(redrive, "superseded")
    assert_called(redrive.run, "PineconeWriter/write", "Mend/write", "PineconeWriter/remove", "Mend/remove")
    [removed] = redrive.run.payloads("PineconeWriter/remove")
    assert removed["stale"] == [{"version": 3, "index": INDEX, "chunk_count": 5, "first_backup": 0, "source": None}]


def test_a_removal_that_fails_after_the_publish_makes_a_letter_of_its_own(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    script: Script = {"S3Writer/remove": repeat(KeyError("key"))}

    redrive = interpreter.redrive(pipeline, [letter(pipeline.record, Branch.PINECONE)], script)

    assert_failed_again(redrive)
    assert redrive.again == []
    [text] = redrive.run.dead_letters["s3"]
    assert DeadLetter.model_validate_json(text).stale == [OLD]
    record = pipeline.record
    assert (record.status, record.served_version, record.stale) == (Status.PARTIAL, 3, {"2": {INDEX: 4}})
    assert record.branches == {Branch.PINECONE: WRITTEN, Branch.S3: NOT_REMOVED}


def test_a_record_that_cannot_be_mended_leaves_a_letter(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    before = pipeline.record

    redrive = interpreter.redrive(
        pipeline, [letter(before, Branch.PINECONE)], {"Mend/write": repeat(KeyError("broken"))}
    )

    assert_failed_again(redrive)
    assert [again.error.type for again in redrive.again] == ["KeyError"]


def test_a_letter_whose_next_one_cannot_be_sent_stays(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    script: Script = {"S3Writer/remove": repeat(KeyError("key"))}

    redrive = interpreter.redrive(pipeline, [letter(pipeline.record, Branch.PINECONE)], script, missing_queue="s3")

    assert_failed_again(redrive, undeleted=1)
    assert redrive.again == []


def test_a_redrive_of_what_is_mended_changes_nothing(interpreter: Interpreter) -> None:
    pipeline = Pipeline(unpublished())
    again = letter(pipeline.record, Branch.PINECONE)
    interpreter.redrive(pipeline, [again])
    mended = pipeline.record

    assert_redriven(interpreter.redrive(pipeline, [again, again]), "mended", "mended")
    assert pipeline.record == mended
