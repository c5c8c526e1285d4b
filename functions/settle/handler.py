"""The Settle state after RemoveStale, and the Publish state of a DELETE."""

from typing import Any

from bloomweaver.clock import now
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.models.record import Branch, Operation, StaleVersion
from bloomweaver.pipeline.endings import settle
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    ending = settle(
        dependencies.records(),
        now,
        operation=Operation(event["operation"]),
        doc_hash=event["doc_hash"],
        version=event["version"],
        attempt=event["attempt"],
        removed=[StaleVersion.model_validate(entry) for entry in event["stale"]],
        results={Branch(name): BranchResult.model_validate(result) for name, result in event["branches"].items()},
        stale_limit=settings().stale_versions_max,
    )
    return ending.model_dump(mode="json")
