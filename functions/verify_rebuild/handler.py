"""The Verify state of a rebuild: one call's share of it."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now
from bloomweaver.models.rebuild import LOST, Fate, Phase, RebuildCounts, RebuildProgress
from bloomweaver.rebuilding.restorer import Restorer
from bloomweaver.rebuilding.starting import Target, release
from bloomweaver.rebuilding.switch import Switch
from bloomweaver.rebuilding.verification import Verification
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    target = Target(settings().vector_index_name, settings().index_settings)
    verification = _verification(target, event)
    progress = verification.go_on(event["rebuild"], RebuildProgress.model_validate(event["progress"]))
    if progress.phase is Phase.DONE:
        release(dependencies.indexes(), target.index, event["rebuild"])
        _count(progress.counts)
    return progress.model_dump(mode="json")


def _verification(target: Target, event: dict[str, Any]) -> Verification:
    source = event["source"]
    records, stores = dependencies.records(), dependencies.index_stores()
    new = stores.named(target.index)
    switch = None
    if source != target.index:
        switch = Switch(records, stores.named(source), new, dependencies.indexes(), now, target.index)
    return Verification(
        records,
        dependencies.epochs(),
        new,
        dependencies.objects(),
        Restorer(records, dependencies.epochs(), new, dependencies.backups(), target=target, source=source),
        switch,
        now,
        index=target.index,
        source=source,
        started_at=event["started_at"],
        say=dependencies.noting().steps(event["rebuild"]),
        call_seconds=settings().rebuild_call_seconds,
    )


def _count(counts: RebuildCounts) -> None:
    metrics.add_metric("RebuildRestored", MetricUnit.Count, counts.objects[Fate.RESTORED] + counts.late)
    metrics.add_metric("RebuildLostBackups", MetricUnit.Count, sum(counts.objects[fate] for fate in LOST))
    metrics.add_metric("RebuildUnrestored", MetricUnit.Count, counts.unrestored)
