"""The age of a queue's oldest message, which AWS publishes each minute as a metric of the queue, and MiniStack never.

`gauges` publishes it as AWS does. `install` has MiniStack look at the queue too when somebody asks CloudWatch for that
metric's statistics, so that the value of this moment is among them. It relies on functions of exactly the version in
the requirements.
"""

import time
from collections.abc import Callable
from typing import Any

from local.emulator.sqs_messages import Messages

NAMESPACE = "AWS/SQS"
METRIC = "ApproximateAgeOfOldestMessage"


def install() -> None:
    """Have `GetMetricStatistics` know the metric, for a request in CBOR or JSON, as the SDK sends it."""
    from ministack.services import cloudwatch

    answer: Callable[..., Any] = cloudwatch._get_metric_statistics

    def answer_with_age(params: Any, request: dict[str, Any], *form: Any) -> Any:
        if (request.get("Namespace"), request.get("MetricName")) == (NAMESPACE, METRIC):
            publish(cloudwatch._dims_from_list(request.get("Dimensions") or []).get("QueueName", ""))
        return answer(params, request, *form)

    cloudwatch._get_metric_statistics = answer_with_age


def publish(queue: str) -> None:
    """Send the value of this moment: 0 if there is no message."""
    from ministack.services import cloudwatch

    sent_at = oldest_sent_at(queue)
    age = 0.0 if sent_at is None else max(0.0, time.time() - sent_at)
    cloudwatch.record_metric(NAMESPACE, METRIC, age, "Seconds", {"QueueName": queue})


def oldest_sent_at(queue: str) -> float | None:
    """When the oldest message of a standard queue was sent, in seconds since 1970; none if there is none, or no such
    queue. Messages in flight count."""
    messages = messages_in(queue)
    return messages.oldest_sent_at() if messages is not None else None


def messages_in(queue: str) -> Messages | None:
    """The messages of a standard queue, by its name; none if there is no such queue."""
    from ministack.services import sqs

    url = sqs._queue_name_to_url.get(queue)
    messages = sqs._get_q(url)["messages"] if url else None
    return messages if isinstance(messages, Messages) else None
