"""The Publish state of a CREATE or UPDATE."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now, seconds_between
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.models.record import Branch
from bloomweaver.pipeline.endings import publish
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    ending = publish(
        dependencies.records(),
        now,
        doc_hash=event["doc_hash"],
        version=event["version"],
        attempt=event["attempt"],
        results={Branch(name): BranchResult.model_validate(result) for name, result in event["branches"].items()},
        model=event["model"],
        index=event["index"],
        stale_limit=settings().stale_versions_max,
    )
    metrics.add_metric(f"Documents{ending.status.capitalize()}", MetricUnit.Count, 1)
    if ending.accepted_at:
        metrics.add_metric("Freshness", MetricUnit.Seconds, seconds_between(ending.accepted_at, now()))
    return ending.model_dump(mode="json")
