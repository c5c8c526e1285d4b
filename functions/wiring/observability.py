"""Logger, tracer and metrics of the functions, and what every line of a task's log carries."""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

# Most calls have nothing to count.
warnings.filterwarnings("ignore", "No application metrics to publish")

logger = Logger()
tracer = Tracer()
metrics = Metrics()

Task = Callable[[dict[str, Any]], Any]
_IDENTITY = (
    "correlation_id",
    "doc_hash",
    "version",
    "operation",
    "batch",
    "task",
    "reconciliation",
    "rebuild",
    "reindex",
    "folder_change",
    "chat_id",
    "message_id",
)


def task_handler(task: Task) -> Callable[[dict[str, Any], LambdaContext], Any]:
    """The Lambda handler of a state's task: log lines name the document and the correlation id, errors are logged.

    An error leaves as it is: its class name is what the state machine's Retry and Catch match on.
    """

    @tracer.capture_lambda_handler(capture_response=False)
    @metrics.log_metrics
    @logger.inject_lambda_context(clear_state=True)
    @wraps(task)
    def handler(event: dict[str, Any], _context: LambdaContext) -> Any:
        logger.append_keys(**{name: event[name] for name in _IDENTITY if name in event})
        try:
            result = task(event)
        except Exception:
            logger.exception("the task failed")
            raise
        logger.info("the task ended", extra={"result": result})
        return result

    return cast("Callable[[dict[str, Any], LambdaContext], Any]", handler)
