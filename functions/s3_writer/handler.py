"""The S3 branch: backs up a version's chunks, or removes the backups and sources of stale versions."""

from typing import Any

from bloomweaver.models.dead_letter import BranchTask, VersionArtifacts
from bloomweaver.models.record import Branch, Outcome, StaleVersion
from bloomweaver.pipeline import s3_branch
from bloomweaver.progress.notes import Attempt
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    if BranchTask(event["task"]) is BranchTask.REMOVE:
        stale = [StaleVersion.model_validate(entry) for entry in event["stale"]]
        count = s3_branch.remove(
            dependencies.backups(), dependencies.sources(), doc_hash=event["doc_hash"], stale=stale
        )
        return {"outcome": Outcome.REMOVED, "count": count}
    artifacts = VersionArtifacts.model_validate(event["artifacts"])
    count = s3_branch.write(
        dependencies.records(),
        dependencies.objects(),
        dependencies.backups(),
        doc_hash=event["doc_hash"],
        version=event["version"],
        version_artifacts=artifacts,
    )
    if "attempt" in event:  # a redrive is of a version, whatever the attempt was
        attempt = Attempt(event["doc_hash"], event["version"], event["attempt"])
        dependencies.noting().written(attempt, artifacts.index, Branch.S3, artifacts.batches)
    return {"outcome": Outcome.WRITTEN, "count": count}
