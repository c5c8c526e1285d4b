"""What is said of the progress of a document and of an operation, by the record or the run, and by what is noted."""

from datetime import datetime

from bloomweaver.clock import later
from bloomweaver.models.record import ENDED, DocumentRecord, Operation, Status
from bloomweaver.models.run import RunStatus
from bloomweaver.progress.notes import DocumentNotes, OperationNotes
from bloomweaver.progress.progress import (
    STALLED_SECONDS,
    WAKING_SECONDS,
    Press,
    PressAction,
    Progress,
    ProgressUnit,
    State,
)

_SEND_AGAIN = Press(
    action=PressAction.SWEEP,
    why="sends a message again that was lost; what waits for its turn is left to wait",
)
_BEGIN_ANEW = Press(action=PressAction.SWEEP, why="begins anew what no run works on any more")
_LOOK_AT_THE_FLEET = Press(
    action=PressAction.SHOW_RUNS,
    why="shows what the embedding service and its fleet answered; docs/fleet.md has how to start an instance by hand",
)
_LOOK_AT_THE_RUN = Press(
    action=PressAction.SHOW_RUN,
    why="shows which state it is in and what it tries again; one that has ended is started anew",
)


def waits_in(record: DocumentRecord) -> Operation | None:
    """The operation in whose queue a document waits; none if it does not wait there."""
    waits = record.status in (Status.QUEUED, Status.DELETING) and record.execution_arn is None
    return record.operation if waits else None


def is_worked_on(record: DocumentRecord) -> bool:
    """Whether something may be noted of the latest attempt at the document."""
    return record.status is Status.PROCESSING


def of_document(record: DocumentRecord, notes: DocumentNotes | None, waiting: int | None, now: str) -> Progress | None:
    """How far the latest operation of a document is; none if it is over.

    `notes` are those of its version and attempt, `waiting` is how many were in its queue at `now`.
    """
    if record.status in ENDED:
        return None
    if waits_in(record) is not None:
        return _queued(record, waiting, now)
    if notes is not None and notes.waking_since is not None:
        return _waking(notes, notes.waking_since)
    at = max(record.updated_at, notes.at) if notes is not None else record.updated_at
    running = Progress(
        state=State.RUNNING,
        step=notes.step if notes is not None else 0,
        at=at,
        since=record.updated_at,
        stalled_after=later(at, STALLED_SECONDS),
        press=_BEGIN_ANEW,
    )
    if notes is None or notes.cut is None:
        return running
    done = min(notes.cut.reused + notes.embedded, notes.cut.passages)
    counts = {
        "phase": "embedding" if done < notes.cut.passages else "writing",
        "done": done,
        "of": notes.cut.passages,
        "unit": ProgressUnit.PASSAGES,
        "reused": notes.cut.reused,
        "written": sorted(notes.written),
    }
    return running.model_copy(update=counts)


def _queued(record: DocumentRecord, waiting: int | None, now: str) -> Progress:
    # Nothing is noted of what is not begun. What changes meanwhile is how many wait, with the time.
    at = now if waiting is not None else record.updated_at
    return Progress(
        state=State.QUEUED,
        step=int(datetime.fromisoformat(at).timestamp()),
        at=at,
        since=record.updated_at,
        waiting=waiting,
        # Where others wait too, it may wait for as long as they take.
        stalled_after=later(record.updated_at, STALLED_SECONDS) if waiting == 0 else None,
        press=_SEND_AGAIN,
    )


def _waking(notes: DocumentNotes, since: str) -> Progress:
    return Progress(
        state=State.WAKING,
        step=notes.step,
        at=notes.at,
        since=since,
        usual_seconds=WAKING_SECONDS,
        stalled_after=later(since, STALLED_SECONDS),
        press=_LOOK_AT_THE_FLEET,
    )


def of_operation(notes: OperationNotes) -> Progress | None:
    """How far an operation is; none if it is over."""
    if notes.status is not RunStatus.RUNNING:
        return None
    done = notes.done if notes.done is not None else notes.parts if notes.unit is not None else None
    of = notes.of or None
    return Progress(
        state=State.RUNNING,
        step=notes.step,
        at=notes.at,
        since=notes.started_at,
        phase=notes.phase,
        # What came while it was counted may be more than what was known before.
        done=done if of is None or done is None else min(done, of),
        of=of,
        unit=notes.unit,
        stalled_after=later(notes.at, STALLED_SECONDS),
        press=_LOOK_AT_THE_RUN,
    )
