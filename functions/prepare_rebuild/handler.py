"""The Prepare state of a rebuild: that it is the only one, and that there is an index that fits."""

from typing import Any

from bloomweaver.clock import now
from bloomweaver.rebuilding.starting import Target, hold
from bloomweaver.rebuilding.steps import first_step
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point. Raises what `hold` does, and `VectorIndexRejected` if the index is of another kind."""
    target = Target(settings().vector_index_name, settings().index_settings)
    # Before it has a card: then search asks it, too.
    dependencies.index_stores().named(target.index).create()
    hold(dependencies.rebuilds(), dependencies.indexes(), now, target, event["source"], event["rebuild"])
    dependencies.noting().step(event["rebuild"], first_step(dependencies.records()))
    return {"max_concurrency": settings().rebuild_concurrency}
