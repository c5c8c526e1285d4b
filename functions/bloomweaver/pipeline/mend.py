"""Mend: the work of a dead letter is done at last, and the document's record says so."""

from bloomweaver.documents.transition import transition
from bloomweaver.models.dead_letter import BranchWork
from bloomweaver.ports import Clock, DocumentRecords
from bloomweaver.recovery import mending
from bloomweaver.recovery.mending import Mending


def mend(records: DocumentRecords, clock: Clock, *, work: BranchWork, stale_limit: int) -> Mending:
    """Mend the record by a fenced transition, and say what has to be removed after that."""
    return transition(records, work.doc_hash, lambda current: mending.mend(current, work, clock(), stale_limit))
