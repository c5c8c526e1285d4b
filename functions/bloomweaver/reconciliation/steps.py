"""How far a reconciliation is: what it goes through, and how much of that it has seen."""

from bloomweaver.models.reconciliation import Counts, Phase, Progress
from bloomweaver.models.run import StateMachine
from bloomweaver.progress.notes import Step
from bloomweaver.progress.progress import ProgressUnit


def step_of(progress: Progress) -> Step:
    """Where the reconciliation stands. How many records and entries of lists there are nobody knows beforehand; how
    many vectors, backups and sources there should be, the records have said."""
    unit, done, of = _seen(progress.phase, progress.counts)
    # What no record knows of comes on top.
    return Step(StateMachine.RECONCILE, progress.phase, unit, done, max(of, done) if of is not None else None)


def _seen(phase: Phase, counts: Counts) -> tuple[ProgressUnit, int, int | None]:
    match phase:
        case Phase.RECORDS:
            return ProgressUnit.DOCUMENTS, counts.documents, None
        case Phase.LISTS:
            return ProgressUnit.ENTRIES, counts.entries, None
        case Phase.FOLDERS:
            return ProgressUnit.FOLDERS, counts.folders, None
        case Phase.VECTORS:
            return ProgressUnit.VECTORS, counts.vectors, counts.chunks
        case Phase.BACKUPS:
            return ProgressUnit.BACKUPS, counts.backups, counts.chunks
        case Phase.SOURCES:
            return ProgressUnit.SOURCES, counts.sources, counts.served
        case Phase.CHATS:
            return ProgressUnit.CHAT_ITEMS, counts.chat_items, None
        case Phase.DONE:
            return ProgressUnit.DOCUMENTS, counts.documents, counts.documents
