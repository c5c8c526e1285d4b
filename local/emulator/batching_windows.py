"""The batching window of a queue's event source: MiniStack hands each message over as soon as it is there.

On AWS messages gather for so many seconds, or until a batch is full. Without that a function that is to be called once
for many messages is called once for each, and takes the processor from those that somebody waits for. It relies on
functions of exactly MiniStack's version in the requirements.
"""

import time
from collections.abc import Callable
from typing import Any

from local.emulator.sqs_messages import Messages

Json = dict[str, Any]


def install() -> None:
    """Have MiniStack let messages gather."""
    from ministack.services import sqs

    receive: Callable[[str, int], list[Json]] = sqs._receive_messages_for_esm

    def receive_gathered(url: str, most: int) -> list[Json]:
        queue = sqs._queues.get(url)
        window = _window(queue["attributes"]["QueueArn"]) if queue else 0
        if not window or queue is None:
            return receive(url, most)
        gathered: list[Json] = []
        if not _still_gathers(queue["messages"], most, window):
            # MiniStack hands out no more than ten, which is the most for a batch without a window.
            while len(gathered) < most and (more := receive(url, most - len(gathered))):
                gathered += more
        return gathered

    sqs._receive_messages_for_esm = receive_gathered


def _window(queue_arn: str) -> float:
    """The seconds for which the messages of a queue gather."""
    from ministack.services import lambda_svc

    windows = (
        float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
        for _, _, mapping in lambda_svc._iter_all_esms()
        if mapping.get("EventSourceArn") == queue_arn
    )
    return max(windows, default=0.0)


def _still_gathers(messages: Any, most: int, window: float) -> bool:
    if not isinstance(messages, Messages):
        return False
    oldest = messages.oldest_sent_at()
    if oldest is None or time.time() - oldest >= window:
        return False
    return messages.counts()[0] < most
