"""What hangs is started anew by the sweep, and what failed by a retry."""

from collections.abc import Iterator

import pytest

from bloomweaver import keys
from cli.client import ApiError
from tests.e2e.running_stack import SWEEP_RATE, RunningStack
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("lancedb")

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def at_once(stack: RunningStack) -> Iterator[None]:
    """A sweep that leaves nothing alone, however fresh."""
    with stack.function_environment("sweep", SWEEP_AFTER_MINUTES="0"):
        yield


def test_it_comes_at_the_rate_that_was_asked_for(stack: RunningStack) -> None:
    rules = stack.client("events").list_rules()["Rules"]
    assert [rule["ScheduleExpression"] for rule in rules if "Sweep" in rule["Name"]] == [SWEEP_RATE]


def test_a_lost_message_is_sent_again(stack: RunningStack, doc_hash: str) -> None:
    text = "The lamplighter of Quay Street carries a ladder."
    lost = f"{stack.descriptor.outputs['CreateQueueUrl']}-lost"
    with stack.function_environment("webhook", CREATE_QUEUE_URL=lost), pytest.raises(ApiError):
        stack.submit(doc_hash, text)
    assert stack.api.document(doc_hash).status == "queued"
    # What other tests left there may be tried for half an hour yet, and nothing behind it is known to be lost before.
    stack.client("sqs").purge_queue(QueueUrl=stack.descriptor.outputs["CreateQueueUrl"])
    wait_for(lambda: stack.api.sweep().resent >= 1, 120, "the message is known to be lost")
    wait_for(lambda: stack.api.document(doc_hash).status == "indexed", 60, "the document is indexed")
    assert [hit.text for hit in stack.hits(text, doc_hash)] == [text]


def test_an_aborted_execution_gets_a_successor(stack: RunningStack, doc_hash: str) -> None:
    text = "The chandler of Quay Street dips candles in March."
    with stack.function_environment("embed", EMBEDDING_URL=NOBODY):
        accepted = stack.submit(doc_hash, text)
        wait_for(
            lambda: (
                keys.execution_name(doc_hash, 1) in stack.execution_names()
                and stack.api.document(doc_hash).status == "processing"
            ),
            60,
            "the execution is under way",
        )
        arn = stack.api.document(doc_hash).execution_arn
        stack.client("stepfunctions").stop_execution(executionArn=arn, cause="by hand")
    stack.api.sweep()
    wait_for(lambda: stack.api.document(doc_hash).status == "indexed", 60, "the document is indexed")
    assert keys.execution_name(doc_hash, 1, 1) in stack.execution_names()
    document = stack.api.document(doc_hash)
    assert document.version == accepted.version
    stack.assert_holds_only(document)


def test_a_failed_document_is_retried(stack: RunningStack, doc_hash: str) -> None:
    text = "The cutler of Quay Street hones blades on a wet stone."
    with stack.function_environment("embed", VECTOR_DIMENSION="7"):
        failed = stack.submit(doc_hash, text)
        assert stack.execution(failed).error == "EmbeddingRejected"
    assert stack.api.document(doc_hash).status == "failed"
    retried = stack.api.retry(doc_hash)
    assert retried.version == failed.version + 1
    assert stack.execution(retried).status == "SUCCEEDED"
    document = stack.api.document(doc_hash)
    assert document.status == "indexed"
    assert [hit.text for hit in stack.hits(text, doc_hash)] == [text]
    stack.assert_holds_only(document)

    # The failed version may have been written in part: its numbers are taken off the record by a run of their own.
    stack.api.sweep()
    name = keys.execution_name(doc_hash, retried.version, 1)
    wait_for(lambda: name in stack.execution_names(), 60, "the leftovers are removed")
    stack.assert_holds_only(stack.api.document(doc_hash))
