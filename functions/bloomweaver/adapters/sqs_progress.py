"""How far the three operation queues have been worked off, by SQS and by CloudWatch's age of their oldest message."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Operation
from bloomweaver.ports import Clock

LOOK_BACK = timedelta(minutes=15)
"""SQS may take so long to publish the first value of a queue that nobody had used for six hours."""
PERIOD_SECONDS = 60
"""SQS publishes a value a minute."""
_DEPTHS = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
]


class SqsQueueProgress:
    """Implements `QueueProgress` with clients of SQS and CloudWatch. `queue_urls` has every operation."""

    def __init__(self, sqs: Any, cloudwatch: Any, queue_urls: Mapping[Operation, str], clock: Clock) -> None:
        self._sqs = sqs
        self._cloudwatch = cloudwatch
        self._queue_urls = queue_urls
        self._clock = clock

    def handed_out_until(self, operation: Operation) -> str | None:
        """See `QueueProgress`. Of several values the latest is the best: what was handed out stays so."""
        url = self._queue_urls[operation]
        now = datetime.fromisoformat(self._clock())
        if self._is_empty(url):
            return _text(now)
        name = url.rpartition("/")[2]
        with transient_as(StorageUnavailable, f"asking for the age of the oldest message in '{name}'"):
            datapoints = self._cloudwatch.get_metric_statistics(
                Namespace="AWS/SQS",
                MetricName="ApproximateAgeOfOldestMessage",
                Dimensions=[{"Name": "QueueName", "Value": name}],
                StartTime=now - LOOK_BACK,
                # A value of this moment is before it.
                EndTime=now + timedelta(seconds=PERIOD_SECONDS),
                Period=PERIOD_SECONDS,
                Statistics=["Maximum"],
            )["Datapoints"]
        # A value is of some moment in its period: the period's start is the earliest it can be.
        sent = [point["Timestamp"] - timedelta(seconds=point["Maximum"]) for point in datapoints]
        return _text(max(sent)) if sent else None

    def _is_empty(self, url: str) -> bool:
        with transient_as(StorageUnavailable, "asking how many messages are in the queue"):
            attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_DEPTHS)["Attributes"]
        return not any(int(attributes[depth]) for depth in _DEPTHS)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
