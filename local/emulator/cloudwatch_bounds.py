"""CloudWatch in bounds: of each function the log streams and the figures of its newest invocations.

MiniStack keeps every line that a function prints, and four figures an invocation, for as long as it runs; what is
printed goes to `.local/logs` as well. It relies on functions of exactly the version in the requirements.
"""

import threading
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
STREAMS_MAX = 200
"""Of a log group. An invocation has a stream of its own."""
POINTS_MAX = 2_000
"""Of a metric."""

_lock = threading.Lock()


def install() -> None:
    """Have MiniStack let go of the oldest."""
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
