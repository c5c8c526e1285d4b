"""The five dead letter queues in SQS."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.ports import QueueDepth, QueuedMessage

BATCH = 10  # SQS: messages in one request.
WAIT_SECONDS = 1
"""A receive that does not wait asks only some of SQS's servers, and may miss what is there."""

_GONE = ("ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue")
"""Of a message that somebody else has received or deleted since, after its time was up."""


class SqsDeadLetterQueues:
    """Implements `DeadLetterQueues` with an SQS client."""

    def __init__(self, client: Any, queue_urls: Mapping[DeadLetterQueue, str]) -> None:
        self._client = client
        self._queue_urls = queue_urls

    def depth(self, queue: DeadLetterQueue) -> QueueDepth:
        """See `DeadLetterQueues`."""
        visible, in_flight = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
        with transient_as(StorageUnavailable, f"looking at the dead letter queue '{queue}'"):
            attributes = self._client.get_queue_attributes(
                QueueUrl=self._queue_urls[queue], AttributeNames=[visible, in_flight]
            )["Attributes"]
        return QueueDepth(visible=int(attributes[visible]), in_flight=int(attributes[in_flight]))

    def receive(self, queue: DeadLetterQueue, visibility_seconds: int) -> list[QueuedMessage]:
        """See `DeadLetterQueues`."""
        with transient_as(StorageUnavailable, f"reading the dead letter queue '{queue}'"):
            answer = self._client.receive_message(
                QueueUrl=self._queue_urls[queue],
                MaxNumberOfMessages=BATCH,
                VisibilityTimeout=visibility_seconds,
                WaitTimeSeconds=WAIT_SECONDS,
                AttributeNames=["SentTimestamp"],
            )
        return [
            QueuedMessage(
                message_id=message["MessageId"],
                receipt_handle=message["ReceiptHandle"],
                body=message["Body"],
                sent_at=_moment(message["Attributes"]["SentTimestamp"]),
            )
            for message in answer.get("Messages", [])
        ]

    def give_back(self, queue: DeadLetterQueue, messages: Sequence[QueuedMessage]) -> None:
        """See `DeadLetterQueues`."""
        for batch in _batches(messages):
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt_handle, "VisibilityTimeout": 0}
                for number, message in enumerate(batch)
            ]
            with transient_as(StorageUnavailable, f"giving messages back to the dead letter queue '{queue}'"):
                answer = self._client.change_message_visibility_batch(QueueUrl=self._queue_urls[queue], Entries=entries)
            _check(answer, f"giving messages back to the dead letter queue '{queue}'")

    def delete(self, queue: DeadLetterQueue, messages: Sequence[QueuedMessage]) -> None:
        """See `DeadLetterQueues`."""
        for batch in _batches(messages):
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt_handle} for number, message in enumerate(batch)
            ]
            with transient_as(StorageUnavailable, f"deleting from the dead letter queue '{queue}'"):
                answer = self._client.delete_message_batch(QueueUrl=self._queue_urls[queue], Entries=entries)
            _check(answer, f"deleting from the dead letter queue '{queue}'")


def _batches(messages: Sequence[QueuedMessage]) -> Iterator[Sequence[QueuedMessage]]:
    for start in range(0, len(messages), BATCH):
        yield messages[start : start + BATCH]


def _check(answer: dict[str, Any], what: str) -> None:
    failed = [entry for entry in answer.get("Failed", []) if not entry["Code"].endswith(_GONE)]
    if failed:
        raise StorageUnavailable(f"{what}: {len(failed)} failed, first {failed[0]['Code']} {failed[0].get('Message')}")


def _moment(milliseconds: str) -> str:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat(timespec="milliseconds")
