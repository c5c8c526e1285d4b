"""How many messages wait in the operation queues, by SQS."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Operation

KNOWN_SECONDS = 5.0
"""For so long an answer is as good as another one."""
_DEPTH = "ApproximateNumberOfMessages"


class SqsQueueDepths:
    """Implements `QueueDepths` with an SQS client. A queue is asked when somebody wants to know, and not again for some
    seconds. `report` is told of one that cannot be asked."""

    def __init__(
        self,
        client: Any,
        queue_urls: Mapping[Operation, str],
        report: Callable[[StorageUnavailable], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._queue_urls = queue_urls
        self._report = report
        self._monotonic = monotonic
        self._known: dict[str, tuple[int | None, float]] = {}
        """By the queue's URL: how many, and until when that is good."""

    def waiting(self, operations: Iterable[Operation]) -> dict[Operation, int]:
        """See `QueueDepths`."""
        found = {operation: self._in_queue(self._queue_urls[operation]) for operation in operations}
        return {operation: depth for operation, depth in found.items() if depth is not None}

    def _in_queue(self, url: str) -> int | None:
        depth, good_until = self._known.get(url, (None, 0.0))
        if self._monotonic() < good_until:
            return depth
        depth = self._ask(url)
        self._known[url] = (depth, self._monotonic() + KNOWN_SECONDS)
        return depth

    def _ask(self, url: str) -> int | None:
        try:
            with transient_as(StorageUnavailable, "asking how many messages wait in the queue"):
                answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[_DEPTH])
        except StorageUnavailable as error:
            self._report(error)
            return None
        return int(answer["Attributes"][_DEPTH])
