"""The RecordFailure state: a run that failed for good says so on the document's record."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now
from bloomweaver.models.dead_letter import StateError
from bloomweaver.models.record import Operation
from bloomweaver.pipeline.endings import record_failure
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    record_failure(
        dependencies.records(),
        now,
        operation=Operation(event["operation"]),
        doc_hash=event["doc_hash"],
        version=event["version"],
        attempt=event["attempt"],
        error=StateError.model_validate(event["error"]),
    )
    metrics.add_metric("DocumentsFailed", MetricUnit.Count, 1)
    return {}
