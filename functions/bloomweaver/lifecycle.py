"""The rules by which an execution moves its document's record: the fence, the publish, and how a run ends.

Every function takes the record as it is and returns what it becomes (none: it stays) with the caller's result.
An invariant runs through them: a version that may lie in the vector index or the backups is the indexed one, or is
named in `stale`, until it is known to be removed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, computed_field

from bloomweaver.errors import Superseded
from bloomweaver.models.dead_letter import StateError
from bloomweaver.models.record import (
    Branch,
    DocumentRecord,
    ErrorDetail,
    Operation,
    Outcome,
    StaleVersion,
    Status,
)

SUPERSEDED = "superseded"
"""How a run ends whose version was overtaken. It is no status of the record, which belongs to the newer version."""


class BranchResult(BaseModel):
    """What a branch of the Write, RemoveStale or Delete state returns."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    error: StateError | None = None


BranchResults = Mapping[Branch, BranchResult]


class Ending(BaseModel):
    """Where the run stands: the status of its version, and what is left to remove (a bounded list)."""

    model_config = ConfigDict(frozen=True)

    status: str
    stale: list[StaleVersion] = []
    error: ErrorDetail | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def stale_count(self) -> int:
        """How many versions `stale` names: what a Choice state can compare."""
        return len(self.stale)


def fence(current: DocumentRecord | None, version: int) -> DocumentRecord:
    """The record, if `version` is still the latest accepted one. Raises `Superseded` otherwise."""
    if current is None:
        raise Superseded("the document has no record")
    if current.version != version:
        raise Superseded(f"version {current.version} was accepted after version {version}")
    return current


def claim(current: DocumentRecord | None, version: int, execution_arn: str, now: str) -> tuple[DocumentRecord, Ending]:
    """Take a CREATE or UPDATE in hand. Raises `Superseded` when a newer version came, or this one is published."""
    record = fence(current, version)
    if record.indexed_version == version:
        raise Superseded(f"version {version} is published already")
    changes = {"status": Status.PROCESSING, "execution_arn": execution_arn, "updated_at": now}
    return record.model_copy(update=changes), Ending(status=Status.PROCESSING)


def claim_delete(
    current: DocumentRecord | None, version: int, execution_arn: str, now: str, limit: int
) -> tuple[DocumentRecord | None, Ending]:
    """Take a DELETE in hand: what was indexed before it becomes stale, and is named in what is left to remove.

    A DELETE is not fenced: what it removes is served no more whatever came after it, and might be forgotten if the
    newer version failed.
    """
    if current is None:
        raise Superseded("the document has no record")
    changes: dict[str, Any] = {}
    if 0 < current.indexed_version < version:
        changes["stale"] = {**current.stale, str(current.indexed_version): current.chunk_count}
        changes |= {"indexed_version": 0, "chunk_count": 0, "model": None}
    if current.version == version:
        changes |= {"status": Status.DELETING, "execution_arn": execution_arn, "updated_at": now}
    record = current.model_copy(update=changes)
    return record if changes else None, Ending(status=record.status, stale=record.stale_before(version, limit))


def register(current: DocumentRecord | None, version: int, chunk_count: int) -> tuple[DocumentRecord | None, None]:
    """Note that `version` is about to be written, so that nothing of it is ever forgotten. Raises `Superseded`."""
    record = fence(current, version)
    if record.indexed_version == version:
        return None, None
    return record.model_copy(update={"stale": {**record.stale, str(version): chunk_count}}), None


def publish(
    current: DocumentRecord | None, version: int, results: BranchResults, model: str, now: str, limit: int
) -> tuple[DocumentRecord | None, Ending]:
    """Serve `version` if its vectors are written, in one step; what was served becomes stale.

    With the S3 branch dead-lettered it is served and `partial`; with the Pinecone branch dead-lettered it is `partial`
    and not served. Raises `Superseded` when a newer version was accepted. Repeating it changes nothing.
    """
    if current is not None and current.indexed_version == version:
        # A retry, and the record may be a newer operation's by now, with a status of its own.
        overtaken = current.version != version
        status, error = (SUPERSEDED, None) if overtaken else (current.status, current.error)
        return None, Ending(status=status, stale=current.stale_before(version, limit), error=error)
    record = fence(current, version)
    outcomes = {branch: result.outcome for branch, result in results.items()}
    error = _first_error(results)
    changes: dict[str, Any] = {"branches": outcomes, "error": error, "updated_at": now}
    if outcomes.get(Branch.PINECONE) is not Outcome.WRITTEN:
        partial = record.model_copy(update={**changes, "status": Status.PARTIAL})
        return partial, Ending(status=Status.PARTIAL, error=error)
    stale = dict(record.stale)
    chunk_count = stale.pop(str(version))
    if record.indexed_version:
        stale[str(record.indexed_version)] = record.chunk_count
    changes |= {
        "indexed_version": version,
        "chunk_count": chunk_count,
        "model": model,
        "stale": stale,
        "status": Status.INDEXED if outcomes.get(Branch.S3) is Outcome.WRITTEN else Status.PARTIAL,
    }
    published = record.model_copy(update=changes)
    return published, Ending(status=published.status, stale=published.stale_before(version, limit), error=error)


def settle(
    current: DocumentRecord | None,
    version: int,
    removed: Sequence[StaleVersion],
    results: BranchResults,
    now: str,
    limit: int,
) -> tuple[DocumentRecord | None, Ending]:
    """Note how the removal of `removed` ended, and with it, for a DELETE, the operation.

    Returns what is still to be removed, or nothing more where a branch was dead-lettered: the rest waits for it.
    """
    if current is None:
        raise Superseded("the document has no record")
    gone = all(result.outcome is Outcome.REMOVED for result in results.values())
    error = _first_error(results)
    changes: dict[str, Any] = {}
    names = {str(stale.version): stale.chunk_count for stale in removed}
    if gone:
        changes["stale"] = {name: count for name, count in current.stale.items() if name not in names}
    else:
        # Whoever removed the same at the same time may have taken them out, and knows nothing of this branch.
        changes["stale"] = {**current.stale, **names}
    record = current.model_copy(update=changes)
    left = record.stale_before(version, limit) if gone else []
    if record.version != version:
        return record, Ending(status=SUPERSEDED, stale=left, error=error)
    if not gone:
        ended: dict[str, Any] = {"status": Status.PARTIAL, "error": error, "branches": _merged(record, results)}
    elif record.operation is Operation.DELETE and not left:
        ended = {"status": Status.DELETED, "error": None, "branches": _merged(record, results)}
    else:
        return record, Ending(status=record.status, stale=left, error=record.error)
    record = record.model_copy(update={**ended, "updated_at": now})
    return record, Ending(status=record.status, stale=left, error=record.error)


def fail(
    current: DocumentRecord | None, version: int, error: ErrorDetail, now: str
) -> tuple[DocumentRecord | None, None]:
    """Note that the run of `version` failed for good. A record that moved on, or is published, stays as it is."""
    if current is None or current.version != version or current.indexed_version == version:
        return None, None
    return current.model_copy(update={"status": Status.FAILED, "error": error, "updated_at": now}), None


def _first_error(results: BranchResults) -> ErrorDetail | None:
    return next((result.error.detail() for result in results.values() if result.error), None)


def _merged(record: DocumentRecord, results: BranchResults) -> dict[Branch, Outcome]:
    outcomes = {branch: result.outcome for branch, result in results.items()}
    if record.operation is Operation.DELETE:
        return outcomes
    # After a publish a successful removal says nothing new of what was written; nor does a failed one, where the write
    # itself is dead-lettered: its redrive removes what is stale too.
    failed = {
        branch: Outcome.NOT_REMOVED
        for branch, outcome in outcomes.items()
        if outcome is Outcome.DEAD_LETTERED and record.branches.get(branch) is not Outcome.DEAD_LETTERED
    }
    return {**record.branches, **failed}
