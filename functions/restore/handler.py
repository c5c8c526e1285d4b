"""The Restore state of a rebuild: the vectors of a batch of backups."""

from typing import Any

from bloomweaver.models.rebuild import Fate, ListedObject
from bloomweaver.rebuilding.batches import restore_batch
from bloomweaver.rebuilding.restorer import Restorer
from bloomweaver.rebuilding.starting import Target
from bloomweaver.rebuilding.steps import part_of
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point. `items` are as the Map's ItemSelector makes them."""
    target = Target(settings().vector_index_name, settings().index_settings)
    restorer = Restorer(
        dependencies.records(),
        dependencies.epochs(),
        dependencies.index_stores().named(target.index),
        dependencies.backups(),
        target=target,
        source=event["source"],
    )
    objects = [ListedObject.model_validate(item) for item in event["items"]]
    report = restore_batch(restorer, dependencies.objects(), event["rebuild"], objects)
    if objects:
        dependencies.noting().done(event["rebuild"], part_of(objects))
    return {"restored": report.fates.get(Fate.RESTORED, 0)}
