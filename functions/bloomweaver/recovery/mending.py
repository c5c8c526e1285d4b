"""The rules of a redrive: whether a dead letter is still worth running, and how its success mends the record.

Like the rules of `lifecycle`, they are pure: from the record as it is to what it becomes (none: it stays). What they
rely on, for the version that a record has as its latest:

- A branch that is `dead_lettered` has a letter with its write (for a DELETE, with its removal).
- A branch that is `not_removed` has a letter with a removal, and has written what it was to write.
- Every other branch has done all of its work up to where the run ended.

A version that is neither the latest nor the indexed one never comes back, so removing it is right at any time; so is
removing the indexed one from an index that it is not served from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from bloomweaver.documents import lifecycle
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.errors import Superseded
from bloomweaver.models.dead_letter import BranchTask, BranchWork, VersionArtifacts
from bloomweaver.models.record import (
    Branch,
    DocumentRecord,
    ErrorDetail,
    Operation,
    Outcome,
    StaleVersion,
    Status,
)

_UNDER_WAY = (Status.QUEUED, Status.PROCESSING, Status.DELETING)
_CLEAN = (Outcome.WRITTEN, Outcome.REMOVED)


class Verdict(StrEnum):
    """What becomes of a dead letter that somebody wants redriven."""

    RUN = "run"
    DROP = "drop"
    """There is nothing left to do for it."""
    WAIT = "wait"
    """It stays where it is: something else has to end, or to be done, before it."""


@dataclass(frozen=True)
class Judgement:
    """A verdict and, unless it is to run, the reason for people."""

    verdict: Verdict
    reason: str = ""


class MendingOutcome(StrEnum):
    """How a letter's redrive ended, so far."""

    MENDED = "mended"
    SUPERSEDED = "superseded"


class NextStep(StrEnum):
    """What has to follow, before the letter can be deleted."""

    NONE = "none"
    OWN = "own"
    """The same branch removes `stale`."""
    BOTH = "both"
    """Both branches remove `stale`."""


class Mending(BaseModel):
    """What a branch's success came to, and what has to follow."""

    model_config = ConfigDict(frozen=True)

    outcome: MendingOutcome
    next: NextStep = NextStep.NONE
    stale: list[StaleVersion] = []
    """A bounded list; what is left after it comes in the next round."""


_MENDED = Mending(outcome=MendingOutcome.MENDED)
_SUPERSEDED = Mending(outcome=MendingOutcome.SUPERSEDED)


def fence_write(current: DocumentRecord | None, version: int, index: str) -> DocumentRecord:
    """The record, if `version` may still be published from `index`. Raises `Superseded` otherwise."""
    record = lifecycle.fence(current, version)
    _fence_index(record, version, index)
    return record


def fence_backup(current: DocumentRecord | None, version: int, index: str) -> DocumentRecord:
    """The record, if `version` is the latest accepted one, or the one that is served, in both cases of that run whose
    vectors are in `index`. Raises `Superseded` otherwise."""
    record = current if current and current.served_version == version else lifecycle.fence(current, version)
    _fence_index(record, version, index)
    return record


def _fence_index(record: DocumentRecord, version: int, index: str) -> None:
    # Two attempts at a version, with a deployment between them, may cut it into other chunks.
    if record.indexed_version == version and record.index != index:
        raise Superseded(f"version {version} is served from the index '{record.index}', not from '{index}'")


def judge(work: BranchWork, current: DocumentRecord | None) -> Judgement:
    """Whether the work of a dead letter is still worth doing, by the record as it is."""
    if current is None:
        return Judgement(Verdict.DROP, "the document has no record")
    if current.version != work.version:
        return _judge_overtaken(work, current)
    if current.status in _UNDER_WAY:
        return Judgement(Verdict.WAIT, f"a run of version {work.version} is under way")
    if current.status is Status.FAILED:
        return Judgement(Verdict.WAIT, f"the run of version {work.version} failed as a whole; retry the document")
    return _judge_write(work, current) if work.task is BranchTask.WRITE else _judge_remove(work, current)


def _judge_overtaken(work: BranchWork, current: DocumentRecord) -> Judgement:
    still_served = work.branch is Branch.S3 and current.served_version == work.version
    if work.task is BranchTask.REMOVE or still_served:
        return Judgement(Verdict.RUN)
    return Judgement(Verdict.DROP, f"version {current.version} was accepted after version {work.version}")


def _judge_write(work: BranchWork, current: DocumentRecord) -> Judgement:
    if work.branch is Branch.S3:
        done = current.branches.get(Branch.S3) in _CLEAN
        return Judgement(Verdict.DROP, f"version {work.version} is backed up already") if done else _RUN
    if current.indexed_version == work.version and work.artifacts and current.index != work.artifacts.index:
        return Judgement(Verdict.DROP, f"version {work.version} is served from the index '{current.index}'")
    # A redrive that died between its publish and the removals after it left something stale.
    done = current.indexed_version == work.version and not current.stale_before(work.version, 1)
    return Judgement(Verdict.DROP, f"version {work.version} is published already") if done else _RUN


def _judge_remove(work: BranchWork, current: DocumentRecord) -> Judgement:
    if current.status is Status.PARTIAL:
        return _RUN
    if any(current.is_stale(stale) for stale in work.stale):
        return Judgement(Verdict.WAIT, f"the run of version {work.version} is still removing what is stale")
    return Judgement(Verdict.DROP, "what it was to remove is removed already")


_RUN = Judgement(Verdict.RUN)


def removable(work: BranchWork, current: DocumentRecord | None) -> list[StaleVersion]:
    """What of the work's stale versions may be removed: never what is or may yet be served, whatever a letter says."""
    return [place for stale in work.stale if stale.version <= work.version for place in _allowed(stale, current)]


def _allowed(stale: StaleVersion, current: DocumentRecord | None) -> list[StaleVersion]:
    if current is None:
        return [stale]
    if current.needs_source(stale.version):
        stale = stale.model_copy(update={"source": None})
    if stale.version == current.indexed_version:
        # In another index than the one that it is served from; never the backups of what is served.
        elsewhere = stale.index != current.index
        return [stale.model_copy(update={"first_backup": current.chunk_count})] if elsewhere else []
    return [] if stale.version == current.version else [stale]


def mend(
    current: DocumentRecord | None, work: BranchWork, now: str, limit: int
) -> tuple[DocumentRecord | None, Mending]:
    """What becomes of the record now that `work` is done, and what has to follow. Repeating it changes nothing.

    `limit` bounds the list of what is to be removed.
    """
    if current is None:
        return None, _SUPERSEDED
    if work.task is BranchTask.REMOVE:
        return _mend_removal(current, work, now, limit)
    if current.version != work.version:
        return None, _overtaken_write(current, work)
    if work.branch is Branch.PINECONE:
        return _mend_vectors(current, work, now, limit)
    return _mend_backups(current, work, now, limit)


def _overtaken_write(current: DocumentRecord, work: BranchWork) -> Mending:
    if current.indexed_version == work.version:
        return _SUPERSEDED  # still served; the newer version's run removes it when the time has come
    artifacts = _artifacts(work)
    # The newer run may have removed this version before it was written here.
    own = StaleVersion(version=work.version, index=artifacts.index, chunk_count=artifacts.chunk_count)
    return Mending(outcome=MendingOutcome.SUPERSEDED, next=NextStep.OWN, stale=[own])


def _artifacts(work: BranchWork) -> VersionArtifacts:
    if work.artifacts is None:
        raise ValueError("a write has artifacts")
    return work.artifacts


def _mend_vectors(
    current: DocumentRecord, work: BranchWork, now: str, limit: int
) -> tuple[DocumentRecord | None, Mending]:
    if current.indexed_version != work.version and current.status is not Status.PARTIAL:
        return None, _SUPERSEDED  # a new run of the version has begun, and publishes by itself
    backups = current.branches.get(Branch.S3, Outcome.DEAD_LETTERED)
    results = {
        Branch.PINECONE: BranchResult(outcome=Outcome.WRITTEN),
        Branch.S3: BranchResult(outcome=backups),
    }
    model, index = _artifacts(work).model, _artifacts(work).index
    changed, ending = lifecycle.publish(current, work.version, current.attempt, results, model, index, now, limit)
    if changed is not None:
        changed = changed.model_copy(update={"error": _error_of(changed.branches)})
    step = NextStep.BOTH if ending.stale else NextStep.NONE
    return changed, Mending(outcome=MendingOutcome.MENDED, next=step, stale=ending.stale)


def _mend_backups(
    current: DocumentRecord, work: BranchWork, now: str, limit: int
) -> tuple[DocumentRecord | None, Mending]:
    if current.status is not Status.PARTIAL or current.branches.get(Branch.S3) in _CLEAN:
        return None, _MENDED
    published = current.indexed_version == work.version
    stale = current.stale_before(work.version, limit) if published else []
    if stale:
        # Whether this branch ever removed them, nobody knows; so it does, under a letter that says so.
        branches = {**current.branches, Branch.S3: Outcome.NOT_REMOVED}
        changed = current.model_copy(update={"branches": branches, "updated_at": now})
        return changed, Mending(outcome=MendingOutcome.MENDED, next=NextStep.OWN, stale=stale)
    return _with_branch(current, Branch.S3, Outcome.WRITTEN, now), _MENDED


def _mend_removal(
    current: DocumentRecord, work: BranchWork, now: str, limit: int
) -> tuple[DocumentRecord | None, Mending]:
    if current.version != work.version:
        return None, _SUPERSEDED  # `stale` is the newer run's business
    if current.status is not Status.PARTIAL:
        return None, _MENDED
    deleting = current.operation is Operation.DELETE
    if current.branches.get(work.branch) is Outcome.DEAD_LETTERED and not deleting:
        return None, _MENDED  # the letter with this branch's write does the rest, and removes what is stale again
    done = Outcome.REMOVED if deleting else Outcome.WRITTEN
    branches = {**current.branches, work.branch: done}
    settled = lifecycle.without_removed(current, work.stale)
    times = lifecycle.removal_times(settled, [work.branch], now)
    if any(outcome not in _CLEAN for outcome in branches.values()):
        return _with_branch(current.model_copy(update={"removed": times}), work.branch, done, now), _MENDED
    # Both have removed what this letter names; what came after it in the run's list, nobody has.
    if settled.stale_before(work.version, 1):
        # What the letter names is removed once more with the rest: it stays known until all is done.
        changed = current.model_copy(update={"branches": branches, "updated_at": now})
        stale = current.stale_before(work.version, limit)
        return changed, Mending(outcome=MendingOutcome.MENDED, next=NextStep.BOTH, stale=stale)
    return _with_branch(settled.model_copy(update={"removed": times}), work.branch, done, now), _MENDED


def _with_branch(current: DocumentRecord, branch: Branch, outcome: Outcome, now: str) -> DocumentRecord:
    """The record with the branch's new outcome, and the status that follows from both."""
    branches = {**current.branches, branch: outcome}
    error = _error_of(branches)
    changes: dict[str, Any] = {"branches": branches, "updated_at": now}
    if error is None:
        deleted = current.operation is Operation.DELETE
        changes |= {"status": Status.DELETED if deleted else Status.INDEXED, "error": None}
    elif branch is Branch.PINECONE:
        # Of two errors the record has that of this branch, which is mended.
        changes["error"] = error
    return current.model_copy(update=changes)


def _error_of(branches: Mapping[Branch, Outcome]) -> ErrorDetail | None:
    """What the record says of the branches that still wait for their redrive; their letters have the reasons."""
    waiting = [branch.value for branch, outcome in branches.items() if outcome not in _CLEAN]
    if not waiting:
        return None
    return ErrorDetail(type="DeadLettered", message=f"dead letters are left for: {', '.join(sorted(waiting))}")
