"""Publish, Settle and RecordFailure: how a run's outcome reaches the document's record."""

from collections.abc import Sequence

from bloomweaver.documents import lifecycle
from bloomweaver.documents.lifecycle import BranchResults, Ending
from bloomweaver.documents.transition import transition
from bloomweaver.models.dead_letter import StateError
from bloomweaver.models.record import Operation, StaleVersion
from bloomweaver.ports import Clock, DocumentRecords


def publish(
    records: DocumentRecords,
    clock: Clock,
    *,
    doc_hash: str,
    version: int,
    attempt: int,
    results: BranchResults,
    model: str,
    index: str,
    stale_limit: int,
) -> Ending:
    """Serve `version` from `index` from now on, if its vectors are written. Raises `Superseded`."""
    return transition(
        records,
        doc_hash,
        lambda current: lifecycle.publish(current, version, attempt, results, model, index, clock(), stale_limit),
    )


def settle(
    records: DocumentRecords,
    clock: Clock,
    *,
    operation: Operation,
    doc_hash: str,
    version: int,
    attempt: int | None,
    removed: Sequence[StaleVersion],
    results: BranchResults,
    stale_limit: int,
) -> Ending:
    """Note how the removal of stale versions ended; for a DELETE this ends the operation. Raises `Superseded`."""
    return transition(
        records,
        doc_hash,
        lambda current: lifecycle.settle(current, operation, version, attempt, removed, results, clock(), stale_limit),
    )


def record_failure(
    records: DocumentRecords,
    clock: Clock,
    *,
    operation: Operation,
    doc_hash: str,
    version: int,
    attempt: int,
    error: StateError,
) -> None:
    """Write on the record that the run of `version` failed for good, and why."""
    transition(
        records,
        doc_hash,
        lambda current: lifecycle.fail(current, operation, version, attempt, error.detail(), clock()),
    )
