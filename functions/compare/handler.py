"""The Compare state of a reconciliation: one call's share of it."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now
from bloomweaver.models.reconciliation import Counts, Phase, Progress
from bloomweaver.reconciliation.reconciler import Order, Reconciler, Stores
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    stores = Stores(
        dependencies.records(),
        dependencies.epochs(),
        dependencies.index_stores(),
        dependencies.objects(),
        dependencies.backups(),
        dependencies.sources(),
        dependencies.source_giver(),
        dependencies.queue(),
        dependencies.rebuilds(),
        dependencies.listing(),
        dependencies.chats(),
        dependencies.chat_items(),
    )
    reconciler = Reconciler(
        stores,
        now,
        say=dependencies.noting().steps(event["reconciliation"]),
        quiet_seconds=settings().reconcile_quiet_seconds,
        call_seconds=settings().reconcile_call_seconds,
        body_max_bytes=settings().body_max_bytes,
    )
    order = Order(id=event["reconciliation"], repair=event["repair"], contents=event["contents"], share=event["share"])
    progress = reconciler.go_on(order, Progress.model_validate(event["progress"]))
    if progress.phase is Phase.DONE:
        _count(progress.counts)
    return progress.model_dump(mode="json")


def _count(counts: Counts) -> None:
    for kind, tally in counts.kinds.items():
        metrics.add_metric(f"Reconcile{kind.title().replace('_', '')}", MetricUnit.Count, tally.found)
    metrics.add_metric("ReconcileUnrepaired", MetricUnit.Count, counts.unrepaired)
