"""CloudWatch in bounds: of each function the log streams of its newest invocations, of each metric the newest values.

MiniStack keeps every line that a function prints, and each value of a metric, for as long as it runs; what is printed
goes to `.local/logs` as well. Here equal values of a minute are one point that counts them: nobody asks for less than a
minute. It relies on functions of exactly the version in the requirements.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
STREAMS_MAX = 200
"""Of a log group. An invocation has a stream of its own."""
POINTS_MAX = 4_000
"""Of a metric."""
MINUTE = 60

_lock = threading.Lock()


def install() -> None:
    """Have MiniStack let go of the oldest, and count equal values."""
    from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc

    emit: Callable[..., None] = lambda_svc._emit_lambda_logs
    points_of: Callable[[Any], list[Json]] = cloudwatch._metric_bucket

    def emit_and_let_go(*arguments: Any, **named: Any) -> None:
        with _lock:
            emit(*arguments, **named)
            for group in cloudwatch_logs._log_groups.all_values():
                streams = group["streams"]
                while len(streams) > STREAMS_MAX:
                    del streams[next(iter(streams))]

    def points_and_let_go(metric: Any) -> list[Json]:
        points = points_of(metric)
        if len(points) >= 2 * POINTS_MAX:
            del points[:POINTS_MAX]
        return points

    lambda_svc._emit_lambda_logs = emit_and_let_go
    cloudwatch._metric_bucket = points_and_let_go
    cloudwatch.record_metric = _Minutes().record
    # It would put other lists in the place of those that values are added to meanwhile.
    cloudwatch._evict_old_metrics = lambda: None


class _Minutes:
    """The values of each metric in the minute that it was last sent in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[Any, tuple[float, dict[float, Json]]] = {}
        """By metric: when the minute began, and its points by value."""

    def record(
        self,
        namespace: str,
        metric_name: str,
        value: float,
        unit: str = "None",
        dimensions: dict[str, str] | None = None,
    ) -> None:
        """Add a value of now, in the place of MiniStack's `record_metric`. Safe between threads."""
        from ministack.services import cloudwatch

        metric = (namespace, metric_name, cloudwatch._dims_key(dimensions or {}))
        minute = time.time() // MINUTE * MINUTE
        with self._lock:
            scoped = cloudwatch._metrics._scoped(metric)
            begun, points = self._newest.get(scoped, (0.0, {}))
            if begun != minute:
                points = {}
                self._newest[scoped] = (minute, points)
            point = points.get(value)
            if point is None:
                point = {"Timestamp": minute, "Value": float(value), "Count": 0.0, "Unit": unit}
                points[value] = point = {**point, "Dimensions": dict(dimensions or {})}
                cloudwatch._metric_bucket(metric).append(point)
            point["Count"] += 1
