"""Messages that come twice, and one that can never start an execution."""

import uuid

import pytest

from bloomweaver.models.message import OperationMessage
from cli.answers import Accepted
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("lancedb")

VISIBILITY_SECONDS = 3
"""Longer than a small document takes: a good message must not come back while it is being worked on."""


def test_an_unreadable_message_ends_in_the_dead_letter_queue(stack: RunningStack, doc_hash: str) -> None:
    sqs, url = stack.client("sqs"), stack.descriptor.outputs["CreateQueueUrl"]
    unreadable = f"no operation at all {uuid.uuid4().hex}"
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
    try:
        sqs.send_message(QueueUrl=url, MessageBody=unreadable)
        stack.index(doc_hash, "The message after the unreadable one.")
        dead: list[str] = []

        def arrived() -> bool:
            dead.extend(stack.drain("CreateDLQUrl"))
            return unreadable in dead

        wait_for(arrived, 60, "the message is in CreateDLQ")
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)
    assert dead == [unreadable]
    stack.index(f"{doc_hash}-2", "The queue goes on.")


def test_a_message_that_comes_again_changes_nothing(stack: RunningStack, doc_hash: str) -> None:
    first = stack.index(doc_hash, "The clock strikes thirteen.")
    second = stack.index(doc_hash, "The clock strikes twelve.")
    document, started = stack.api.document(doc_hash), stack.execution_names()

    for accepted in (first, second):
        _send_again(stack, accepted, document.correlation_id)
    wait_for(lambda: _is_empty(stack), 30, "the queues are empty")

    assert stack.execution_names() == started
    assert stack.api.document(doc_hash) == document
    assert [hit.version for hit in stack.hits("the clock strikes", doc_hash)] == [second.version]
    stack.assert_holds_only(document)


def _send_again(stack: RunningStack, accepted: Accepted, correlation_id: str) -> None:
    message = OperationMessage(
        operation=accepted.operation,
        doc_hash=accepted.doc_hash,
        version=accepted.version,
        correlation_id=correlation_id,
    )
    url = stack.descriptor.outputs[f"{accepted.operation.capitalize()}QueueUrl"]
    stack.client("sqs").send_message(QueueUrl=url, MessageBody=message.model_dump_json())


def _is_empty(stack: RunningStack) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    client = stack.client("sqs")
    return all(
        count == "0"
        for queue in ("CreateQueueUrl", "UpdateQueueUrl")
        for count in client.get_queue_attributes(QueueUrl=stack.descriptor.outputs[queue], AttributeNames=names)[
            "Attributes"
        ].values()
    )
