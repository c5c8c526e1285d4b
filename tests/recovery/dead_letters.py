"""Records with dead letters, and the letters."""

from typing import Any

from bloomweaver.models.dead_letter import BranchTask, DeadLetter, VersionArtifacts
from bloomweaver.models.record import (
    Branch,
    DocumentRecord,
    ErrorDetail,
    Operation,
    Outcome,
    StaleVersion,
    Status,
)
from tests.fakes import INDEX, MODEL

NOW = "2026-02-02T00:00:00.000000+00:00"
BEFORE = "2026-01-01T00:00:00.000000+00:00"
ERROR = ErrorDetail(type="VectorIndexRejected", message="no such index")
OLD = StaleVersion(version=2, index=INDEX, chunk_count=4)


def record(
    pinecone: Outcome | None = None, s3: Outcome | None = None, status: Status = Status.PARTIAL, **changes: Any
) -> DocumentRecord:
    """A document at version 3, as a run with dead letters left it."""
    outcomes = {Branch.PINECONE: pinecone, Branch.S3: s3}
    values: dict[str, Any] = {
        "version": 3,
        "index": INDEX,
        "operation": Operation.UPDATE,
        "status": status,
        "branches": {branch: outcome for branch, outcome in outcomes.items() if outcome},
        "error": ERROR,
        "correlation_id": "c",
        "created_at": BEFORE,
        "updated_at": BEFORE,
    }
    return DocumentRecord(**{"doc_hash": "doc", **values, **changes})


def unpublished(s3: Outcome = Outcome.WRITTEN, **changes: Any) -> DocumentRecord:
    """Version 3's vectors are missing; version 2 is served."""
    values: dict[str, Any] = {"indexed_version": 2, "chunk_count": 4, "stale": {"3": {INDEX: 5}}}
    return record(Outcome.DEAD_LETTERED, s3, **{**values, **changes})


def published(pinecone: Outcome, s3: Outcome, **changes: Any) -> DocumentRecord:
    """Version 3 is served."""
    return record(pinecone, s3, **{"indexed_version": 3, "chunk_count": 5, **changes})


def deleting(pinecone: Outcome, s3: Outcome, **changes: Any) -> DocumentRecord:
    """Version 3 is a DELETE of version 2."""
    values = {"operation": Operation.DELETE, "deleted_version": 3, "stale": {"2": {INDEX: 4}}}
    return record(pinecone, s3, **{**values, **changes})


def write(branch: Branch, version: int = 3, **changes: Any) -> DeadLetter:
    """The letter of a write."""
    return _letter(branch, BranchTask.WRITE, version, **changes)


def removal(branch: Branch, *stale: StaleVersion, version: int = 3, **changes: Any) -> DeadLetter:
    """The letter of a removal."""
    return _letter(branch, BranchTask.REMOVE, version, stale=list(stale or [OLD]), **changes)


def _letter(branch: Branch, task: BranchTask, version: int, **changes: Any) -> DeadLetter:
    artifacts = (
        VersionArtifacts(model=MODEL, index=INDEX, chunk_count=5, batches=[0], reused=0)
        if task is BranchTask.WRITE
        else None
    )
    values: dict[str, Any] = {
        "doc_hash": "doc",
        "operation": Operation.UPDATE,
        "artifacts": artifacts,
        "error": ERROR,
        "execution_arn": "arn",
        "failed_at": "2026-01-01T00:00:00Z",
        "correlation_id": "c",
    }
    return DeadLetter(branch=branch, task=task, version=version, **{**values, **changes})
