"""The Prepare state of a rebuild: that it is the only one, and that there is an index that fits."""

from typing import Any

from bloomweaver.clock import now
from bloomweaver.rebuilding.starting import hold
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point. Raises `RebuildRunning`, and `VectorIndexRejected` if the index is of another kind."""
    hold(dependencies.rebuilds(), dependencies.locks(), now, event["rebuild"])
    dependencies.vector_store().create()
    return {"max_concurrency": settings().rebuild_concurrency}
