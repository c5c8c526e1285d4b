"""A message that can never start an execution leaves the queue, and holds nobody up."""

import uuid

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

VISIBILITY_SECONDS = 3
"""Longer than a small document takes: a good message must not come back while it is being worked on."""


@pytest.mark.vector_store("lancedb")
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
