"""The Pinecone branch: writes a version's vectors, or removes those of stale versions."""

from typing import Any

from bloomweaver.models.dead_letter import BranchTask, VersionArtifacts
from bloomweaver.models.record import Branch, Outcome, StaleVersion
from bloomweaver.pipeline import pinecone_branch
from bloomweaver.progress.notes import Attempt
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    if BranchTask(event["task"]) is BranchTask.REMOVE:
        stale = [StaleVersion.model_validate(entry) for entry in event["stale"]]
        count = pinecone_branch.remove(
            dependencies.index_stores(), dependencies.epochs(), doc_hash=event["doc_hash"], stale=stale
        )
        return {"outcome": Outcome.REMOVED, "count": count}
    artifacts = VersionArtifacts.model_validate(event["artifacts"])
    count = pinecone_branch.write(
        dependencies.records(),
        dependencies.objects(),
        dependencies.index_stores(),
        doc_hash=event["doc_hash"],
        version=event["version"],
        version_artifacts=artifacts,
    )
    if "attempt" in event:  # a redrive is of a version, whatever the attempt was
        attempt = Attempt(event["doc_hash"], event["version"], event["attempt"])
        dependencies.noting().written(attempt, artifacts.index, Branch.PINECONE, artifacts.batches)
    return {"outcome": Outcome.WRITTEN, "count": count}
