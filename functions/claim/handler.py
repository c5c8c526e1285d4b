"""The Claim state."""

from typing import Any

from bloomweaver.clock import now
from bloomweaver.models.record import Operation
from bloomweaver.pipeline.claim import claim
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    ending = claim(
        dependencies.records(),
        now,
        operation=Operation(event["operation"]),
        doc_hash=event["doc_hash"],
        version=event["version"],
        attempt=event["attempt"],
        execution_arn=event["execution_arn"],
        stale_limit=settings().stale_versions_max,
    )
    return ending.model_dump(mode="json")
