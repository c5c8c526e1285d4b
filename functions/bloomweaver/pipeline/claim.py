"""Claim: an execution takes its version in hand, or finds that a newer one was accepted."""

from bloomweaver.documents import lifecycle
from bloomweaver.documents.lifecycle import Ending
from bloomweaver.documents.transition import transition
from bloomweaver.models.record import Operation
from bloomweaver.ports import Clock, DocumentRecords


def claim(
    records: DocumentRecords,
    clock: Clock,
    *,
    operation: Operation,
    doc_hash: str,
    version: int,
    attempt: int,
    execution_arn: str,
    stale_limit: int,
) -> Ending:
    """Claim `version` for this execution. The ending names what a DELETE or a CLEAN has to remove.

    Raises `Superseded`.
    """
    if operation in (Operation.DELETE, Operation.CLEAN):
        rule = lifecycle.claim_delete if operation is Operation.DELETE else lifecycle.claim_clean
        return transition(
            records, doc_hash, lambda current: rule(current, version, attempt, execution_arn, clock(), stale_limit)
        )
    return transition(
        records, doc_hash, lambda current: lifecycle.claim(current, version, attempt, execution_arn, clock())
    )
