"""The Wake state."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.errors import FleetNeverReady
from bloomweaver.pipeline.wake import Found, wake
from bloomweaver.progress.notes import Attempt
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    try:
        found = wake(dependencies.fleet())
    except FleetNeverReady:
        metrics.add_metric("FleetNeverReady", MetricUnit.Count, 1)
        raise
    if "attempt" in event:  # of a run that began before the deployment that brought it there is none
        dependencies.noting().woken(Attempt(event["doc_hash"], event["version"], event["attempt"]), found)
    if found is Found.ASLEEP:
        metrics.add_metric("FleetWoken", MetricUnit.Count, 1)
    return {"state": found.value}
