"""The Settle state after RemoveStale, and the Publish state of a DELETE, which erases the answers that rest on it."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.chats.erasure import erase_answers
from bloomweaver.clock import now
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.metrics import own
from bloomweaver.models.record import Branch, Operation, StaleVersion, Status
from bloomweaver.pipeline.endings import settle
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    operation = Operation(event["operation"])
    if operation is Operation.DELETE:
        # Before the record says that the document is removed.
        erase_answers(dependencies.chats(), now, event["doc_hash"], event["version"])
    ending = settle(
        dependencies.records(),
        now,
        operation=operation,
        doc_hash=event["doc_hash"],
        version=event["version"],
        attempt=event["attempt"],
        removed=[StaleVersion.model_validate(entry) for entry in event["stale"]],
        results={Branch(name): BranchResult.model_validate(result) for name, result in event["branches"].items()},
        stale_limit=settings().stale_versions_max,
    )
    # A later removal of what a deleted document left over ends in the same status.
    if operation is Operation.DELETE and ending.status == Status.DELETED:
        metrics.add_metric(own.DOCUMENTS_DELETED, MetricUnit.Count, 1)
    return ending.model_dump(mode="json")
