"""The Mend state of a redrive."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now
from bloomweaver.models.dead_letter import BranchWork
from bloomweaver.pipeline.mend import mend
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    mending = mend(
        dependencies.records(),
        now,
        work=BranchWork.model_validate(event),
        stale_limit=settings().stale_versions_max,
    )
    metrics.add_metric(f"Letters{mending.outcome.capitalize()}", MetricUnit.Count, 1)
    return mending.model_dump(mode="json")
