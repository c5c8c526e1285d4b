"""Dead letters of the whole stack: shown, redriven, and the documents mended."""

import json
import uuid
from typing import Any

import pytest

from cli.answers import DeadLetterEntry, Redriven, RedriveRun
from tests.e2e.running_stack import RunningStack
from tests.e2e.stub import Stub
from tests.e2e.waiting import wait_for

MORE_THAN_ALL_RETRIES = 1000
REDRIVE_SECONDS = 90.0
VISIBILITY_SECONDS = 3
"""Longer than a small document takes: a good message must not come back while it is being worked on."""


def letters(stack: RunningStack, branch: str, doc_hash: str) -> list[DeadLetterEntry]:
    """The document's letters in a queue."""
    [queue] = stack.api.dead_letters(branch, limit=100).queues
    return [letter for letter in queue.letters if letter.doc_hash == doc_hash]


def redrive(stack: RunningStack, branch: str, doc_hash: str) -> tuple[Redriven, RedriveRun | None]:
    """Redrive the document's letters, and wait for the end of that."""
    redriven = stack.api.redrive(branch, doc_hash=doc_hash)
    runs = [
        wait_for(lambda name=name: ended(stack, name), REDRIVE_SECONDS, f"{name} has ended")  # type: ignore[misc]
        for name in redriven.executions
    ]
    return redriven, runs[0] if runs else None


def ended(stack: RunningStack, name: str) -> RedriveRun | None:
    run = stack.api.redrive_run(name)
    return run if run.status != "running" else None


@pytest.mark.vector_store("pinecone")
def test_a_refused_write_is_redriven_until_it_is_served(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    old, new = "The lime kiln burns for nine days.", "The lime kiln burns for ten days."
    stack.index(doc_hash, old)
    stub.fault(times=MORE_THAN_ALL_RETRIES, status=400)
    accepted = stack.submit(doc_hash, new)
    execution = stack.execution(accepted)
    assert execution.error == "DeadLettered"
    [letter] = letters(stack, "pinecone", doc_hash)
    assert (letter.version, letter.task, letter.redrives) == (accepted.version, "write", 0)
    assert letter.error is not None
    assert letter.error.type == "VectorIndexRejected"
    assert letter.execution_arn == execution.arn

    # The index refuses it still: the letter goes back, and says so.
    redriven, run = redrive(stack, "pinecone", doc_hash)
    assert (redriven.redriven, run and run.status) == (1, "failed")
    [again] = letters(stack, "pinecone", doc_hash)
    assert (again.redrives, again.message_id != letter.message_id) == (1, True)
    assert stack.api.document(doc_hash).status == "partial"

    stub.recover()
    redriven, run = redrive(stack, "pinecone", doc_hash)
    assert (redriven.redriven, run and run.outcomes) == (1, {"mended": 1})
    document = stack.api.document(doc_hash)
    assert (document.status, document.served_version, document.error) == ("indexed", accepted.version, None)
    assert [hit.text for hit in stack.hits("the lime kiln", doc_hash)] == [new]
    stack.assert_holds_only(document)
    assert letters(stack, "pinecone", doc_hash) == []
    assert redrive(stack, "pinecone", doc_hash)[0].redriven == 0


@pytest.mark.vector_store("pinecone")
def test_a_refused_removal_is_redriven(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    stack.index(doc_hash, "The eel weir was built by monks.")
    stub.fault(operation="delete", times=MORE_THAN_ALL_RETRIES, status=400)
    assert stack.execution(stack.submit(doc_hash, "The eel weir was built by nuns.")).error == "DeadLettered"
    document = stack.api.document(doc_hash)
    assert (document.status, document.branches) == ("partial", {"pinecone": "not_removed", "s3": "written"})
    assert stack.execution(stack.api.delete(doc_hash)).error == "DeadLettered"
    assert stack.api.document(doc_hash).status == "partial"
    assert [letter.task for letter in letters(stack, "pinecone", doc_hash)] == ["remove", "remove"]

    stub.recover()
    redriven, run = redrive(stack, "pinecone", doc_hash)
    assert (redriven.redriven, run and run.outcomes) == (2, {"mended": 1, "superseded": 1})
    assert stack.api.document(doc_hash).status == "deleted"
    stack.assert_holds_nothing(doc_hash)


@pytest.mark.vector_store("pinecone")
def test_a_letter_that_a_newer_version_overtook_is_dropped(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    stub.fault(status=400)
    assert stack.execution(stack.submit(doc_hash, "The lighthouse is white.")).error == "DeadLettered"
    text = "The lighthouse is red."
    stack.index(doc_hash, text)

    redriven, run = redrive(stack, "pinecone", doc_hash)
    assert (redriven.redriven, redriven.superseded, run) == (0, 1, None)
    assert letters(stack, "pinecone", doc_hash) == []
    assert [hit.text for hit in stack.hits("the lighthouse", doc_hash)] == [text]
    stack.assert_holds_only(stack.api.document(doc_hash))


@pytest.mark.vector_store("lancedb")
def test_missing_backups_are_written_later(stack: RunningStack, doc_hash: str) -> None:
    with stack.function_environment("s3_writer", BACKUPS_BUCKET="no-such-bucket"):
        accepted = stack.submit(doc_hash, "The sailmaker of Port Ness mends by lamplight.")
        assert stack.execution(accepted).error == "DeadLettered"
    assert stack.api.document(doc_hash).branches == {"pinecone": "written", "s3": "dead_lettered"}

    redriven, run = redrive(stack, "s3", doc_hash)
    assert (redriven.redriven, run and run.outcomes) == (1, {"mended": 1})
    document = stack.api.document(doc_hash)
    assert (document.status, document.indexed_version) == ("indexed", accepted.version)
    stack.assert_holds_only(document)


@pytest.mark.vector_store("lancedb")
def test_vectors_that_have_expired_are_told_and_the_letter_stays(stack: RunningStack, doc_hash: str) -> None:
    with stack.function_environment("s3_writer", BACKUPS_BUCKET="no-such-bucket"):
        assert stack.execution(stack.submit(doc_hash, "The cooper has no hoops left.")).error == "DeadLettered"
    bucket = stack.descriptor.outputs["ArtifactsBucketName"]
    stack.client("s3").delete_object(Bucket=bucket, Key=f"vectors/{doc_hash}/1/bloomweaver/0.jsonl")

    assert redrive(stack, "s3", doc_hash)[1] is not None
    [letter] = letters(stack, "s3", doc_hash)
    assert letter.error is not None
    assert (letter.error.type, letter.redrives) == ("ArtifactsExpired", 1)
    assert "send the document again" in letter.error.message


@pytest.mark.vector_store("lancedb")
def test_messages_that_never_start_are_shown_and_only_the_good_one_goes_back(
    stack: RunningStack, doc_hash: str
) -> None:
    stack.drain("CreateDLQUrl")
    sqs, url = stack.client("sqs"), stack.descriptor.outputs["CreateQueueUrl"]
    poison = f"no operation at all {uuid.uuid4().hex}"
    odd: dict[str, Any] = {"operation": "CREATE", "doc_hash": doc_hash, "version": 1, "correlation_id": "c", "x": 1}
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
    try:
        for body in (poison, json.dumps(odd)):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        stack.index(doc_hash, "The message behind the poisonous ones.")
        wait_for(lambda: stack.api.dead_letters("create").queues[0].visible == 2, 60, "both are in CreateDLQ")
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)
    # A message that was lost in the same way, of a version that ran long since.
    lost = {key: value for key, value in odd.items() if key != "x"}
    sqs.send_message(QueueUrl=stack.descriptor.outputs["CreateDLQUrl"], MessageBody=json.dumps(lost))

    [queue] = stack.api.dead_letters("create").queues
    shown = [letter.unparseable for letter in queue.letters]
    assert [entry is None for entry in shown].count(True) == 1
    assert any(entry is not None and entry.excerpt == poison for entry in shown)
    redriven = stack.api.redrive("create")
    assert (redriven.redriven, redriven.superseded, redriven.unparseable) == (0, 1, 2)
    assert stack.api.dead_letters("create").queues[0].visible == 2
    stack.drain("CreateDLQUrl")
