"""The Move state of a reindex: one call's share of it."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now
from bloomweaver.models.reindexing import ReindexPhase, ReindexProgress
from bloomweaver.reindexing.mover import Mover, Parts
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    parts = Parts(
        dependencies.records(),
        dependencies.indexes(),
        dependencies.index_stores(),
        dependencies.objects(),
        dependencies.sources(),
        dependencies.queue(),
        dependencies.source_giver(),
        dependencies.rebuilds(),
    )
    mover = Mover(
        parts,
        now,
        index=settings().vector_index_name,
        at_a_time=settings().reindex_at_a_time,
        call_seconds=settings().reindex_call_seconds,
        say=dependencies.noting().steps(event["reindex"]),
        body_max_bytes=settings().body_max_bytes,
    )
    progress = mover.go_on(event["reindex"], ReindexProgress.model_validate(event["progress"]))
    if progress.phase is ReindexPhase.DONE:
        metrics.add_metric("ReindexMoved", MetricUnit.Count, progress.counts.moved)
        metrics.add_metric("ReindexUnmoved", MetricUnit.Count, progress.counts.unmoved)
    return progress.model_dump(mode="json")
