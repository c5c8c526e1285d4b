"""The Verify state of a rebuild: one call's share of it."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now
from bloomweaver.models.rebuild import LOST, Fate, Phase, RebuildCounts, RebuildProgress
from bloomweaver.rebuilding.restorer import Restorer
from bloomweaver.rebuilding.verification import Verification
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    records, vectors = dependencies.records(), dependencies.vector_store()
    restorer = Restorer(
        records,
        vectors,
        dependencies.backups(),
        model=settings().embedding_model,
        dimension=settings().vector_dimension,
    )
    verification = Verification(
        records,
        vectors,
        dependencies.objects(),
        restorer,
        now,
        index=settings().vector_index_name,
        call_seconds=settings().rebuild_call_seconds,
    )
    progress = verification.go_on(event["rebuild"], RebuildProgress.model_validate(event["progress"]))
    if progress.phase is Phase.DONE:
        _count(progress.counts)
    return progress.model_dump(mode="json")


def _count(counts: RebuildCounts) -> None:
    restored = counts.objects[Fate.RESTORED] + counts.late
    metrics.add_metric("RebuildRestored", MetricUnit.Count, restored)
    metrics.add_metric("RebuildLostBackups", MetricUnit.Count, sum(counts.objects[fate] for fate in LOST))
    metrics.add_metric("RebuildUnrestored", MetricUnit.Count, counts.unrestored)
