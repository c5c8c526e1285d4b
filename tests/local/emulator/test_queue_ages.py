"""The emulator says how old a queue's oldest message is, as AWS does: how far the queue was worked off."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bloomweaver.adapters.sqs_progress import PERIOD_SECONDS, SqsQueueProgress
from bloomweaver.clock import now
from bloomweaver.models.record import Operation
from local import aws
from local.config import StackConfig
from local.ports import claim_port
from local.processes import stop


class Queue:
    """A queue of the emulator's, and what is known of how far it was worked off."""

    def __init__(self, endpoint: str) -> None:
        self.sqs: Any = aws.client(endpoint, "sqs")
        self.url = self.sqs.create_queue(QueueName="create")["QueueUrl"]
        cloudwatch = aws.client(endpoint, "cloudwatch")
        self._progress = SqsQueueProgress(self.sqs, cloudwatch, {Operation.CREATE: self.url}, now)

    def send(self) -> datetime:
        """Send a message. Returns when."""
        before = datetime.fromisoformat(now())
        self.sqs.send_message(QueueUrl=self.url, MessageBody="{}")
        return before

    def receive(self) -> str:
        """Take a message in hand. Returns its receipt."""
        return str(self.sqs.receive_message(QueueUrl=self.url)["Messages"][0]["ReceiptHandle"])

    def handed_out_until(self) -> datetime:
        """Everything that was sent before that has been handed out and deleted."""
        until = self._progress.handed_out_until(Operation.CREATE)
        assert until is not None
        return datetime.fromisoformat(until)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    port = claim_port(0, "the emulator", "")
    process = aws.start_emulator(StackConfig(tmp_path), port)
    yield Queue(aws.endpoint(port))
    stop(process)


def test_an_empty_queue_has_handed_out_everything_and_another_all_before_its_oldest_message(queue: Queue) -> None:
    asked = datetime.fromisoformat(now())
    assert queue.handed_out_until() >= asked
    first = queue.send()
    queue.send()
    receipt = queue.receive()
    until = queue.handed_out_until()
    assert until < datetime.fromisoformat(now()), "what is in flight is not done"
    assert until >= first - timedelta(seconds=PERIOD_SECONDS + 1), "but what was sent before it is"
    queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=receipt)
    queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=queue.receive())
    asked = datetime.fromisoformat(now())
    assert queue.handed_out_until() >= asked
