"""The three operation queues in SQS."""

from collections.abc import Mapping
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import Operation


class SqsOperationQueue:
    """Implements `OperationQueue` with an SQS client. `queue_urls` has every operation."""

    def __init__(self, client: Any, queue_urls: Mapping[Operation, str]) -> None:
        self._client = client
        self._queue_urls = queue_urls

    def send(self, message: OperationMessage) -> None:
        """See `OperationQueue`."""
        with transient_as(StorageUnavailable, "sending the message"):
            self._client.send_message(
                QueueUrl=self._queue_urls[message.operation], MessageBody=message.model_dump_json()
            )
