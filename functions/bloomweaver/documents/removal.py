"""What became of a deletion: for each place, when the document was removed, or until when a copy may remain, and why.

Told from the document's record, which knows what may lie where, and from the settings, which say for how long a place
keeps what is removed. A place that is added to the pipeline gets a function here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bloomweaver.errors import NotDeleted
from bloomweaver.models.record import Branch, DocumentRecord, Operation, Outcome, Status

POINT_IN_TIME_DAYS = 35
"""DynamoDB: any second of so many days can be brought back."""
HISTORY_DAYS = 90
"""Step Functions: for so long after its end an execution's history is kept."""
LOG_DELETION_DAYS = 3
"""CloudWatch: so much later than its retention says an entry may still be there."""


class State(StrEnum):
    """How far a place is."""

    REMOVED = "removed"
    UNDER_WAY = "under_way"
    DEAD_LETTERED = "dead_lettered"
    """Its removal failed for good, and waits in a dead letter queue to be redriven."""
    FAILED = "failed"
    """The run failed as a whole: somebody has to retry it."""
    EXPIRES = "expires"
    """Nothing is removed there: everything in it goes when its time is up."""


class Place(BaseModel):
    """One place. Times are in UTC, ISO 8601; `copies_until` is none where nothing is copied, or nobody can say yet."""

    model_config = ConfigDict(frozen=True)

    place: str
    state: State
    removed_at: str | None = None
    copies_until: str | None = None
    why: str


class Removal(BaseModel):
    """The answer for a document whose latest operation is a DELETE."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    version: int
    status: Status
    deleted_at: str
    """When the DELETE was accepted: nothing is served from then on."""
    removed: bool
    """Whether index, backups and source are all removed."""
    places: list[Place]


@dataclass(frozen=True)
class Retention:
    """For how long places keep what is in them, or copies of what was."""

    artifacts_days: int
    versions_days: int
    """Of objects in the buckets of backups and sources that were deleted."""
    dead_letters_seconds: int
    logs_days: int


def removal(record: DocumentRecord, retention: Retention) -> Removal:
    """What became of the deletion of a document. Raises `NotDeleted`."""
    if record.operation is not Operation.DELETE:
        raise NotDeleted(
            f"'{record.doc_hash}' is not deleted: its latest operation is {record.operation}, {record.status}"
        )
    places = [place(record, retention) for place in _PLACES]
    return Removal(
        doc_hash=record.doc_hash,
        version=record.version,
        status=record.status,
        deleted_at=_deleted_at(record),
        removed=all(place.state in (State.REMOVED, State.EXPIRES) for place in places),
        places=places,
    )


def _index(record: DocumentRecord, retention: Retention) -> Place:
    return _of_branch(record, Branch.PINECONE, "index", "the vector index keeps no copies of what is removed", None)


def _backups(record: DocumentRecord, retention: Retention) -> Place:
    return _of_bucket(record, "backups", retention)


def _source(record: DocumentRecord, retention: Retention) -> Place:
    return _of_bucket(record, "source", retention)


def _answers(record: DocumentRecord, retention: Retention) -> Place:
    """Answers of chats that were made from the document: erased by its run before that says that it is done."""
    why = (
        "answers that rest on it were withheld from the deletion on, and are erased; the table can be brought back to "
        f"any second of the last {POINT_IN_TIME_DAYS} days"
    )
    if record.status in (Status.DELETED, Status.PARTIAL):
        removed_at = max(record.removed.values(), default=record.updated_at)
        copies = _shown(_time(removed_at) + timedelta(days=POINT_IN_TIME_DAYS))
        return Place(place="answers", state=State.REMOVED, removed_at=removed_at, copies_until=copies, why=why)
    state, reason = _not_yet(record, Branch.S3)
    return Place(place="answers", state=state, why=reason)


def _artifacts(record: DocumentRecord, retention: Retention) -> Place:
    days = retention.artifacts_days
    what = f"requests, uploads, chunks and vectors expire {days} days after they were written"
    return _that_expires(record, "artifacts", what, lambda ended: _midnight(ended + timedelta(days=days)))


def _dead_letters(record: DocumentRecord, retention: Retention) -> Place:
    kept = timedelta(seconds=retention.dead_letters_seconds)
    what = f"letters of earlier runs are kept for {kept.days} days; they hold ids, counts and errors, and no text"
    place = _that_expires(record, "dead_letters", what, lambda ended: ended + kept)
    waiting = [branch.value for branch, outcome in record.branches.items() if outcome is Outcome.DEAD_LETTERED]
    if record.status is Status.PARTIAL and waiting:
        why = f"the removal waits in the queues of {', '.join(sorted(waiting))}: `bloomweaver redrive` does it again"
        return place.model_copy(update={"state": State.DEAD_LETTERED, "why": why})
    return place


def _logs(record: DocumentRecord, retention: Retention) -> Place:
    days = retention.logs_days
    what = f"logs name the document, without its text, and are kept for {days} days; CloudWatch may take 3 more"
    kept = timedelta(days=days + LOG_DELETION_DAYS)
    return _that_expires(record, "logs", what, lambda ended: ended + kept)


def _executions(record: DocumentRecord, retention: Retention) -> Place:
    what = f"Step Functions keeps the histories of its runs, with ids and counts, for {HISTORY_DAYS} days"
    return _that_expires(record, "executions", what, lambda ended: ended + timedelta(days=HISTORY_DAYS))


def _record(record: DocumentRecord, retention: Retention) -> Place:
    deleted_at = _deleted_at(record)
    return Place(
        place="record",
        state=State.REMOVED,
        removed_at=deleted_at,
        copies_until=_shown(_time(deleted_at) + timedelta(days=POINT_IN_TIME_DAYS)),
        why="title, metadata and digest went with the request; the table can be brought back to any second of the last "
        f"{POINT_IN_TIME_DAYS} days. The name and the version's number stay, so that nothing older comes back",
    )


_PLACES: tuple[Callable[[DocumentRecord, Retention], Place], ...] = (
    _index,
    _backups,
    _source,
    _answers,
    _artifacts,
    _dead_letters,
    _logs,
    _executions,
    _record,
)


def _of_bucket(record: DocumentRecord, name: str, retention: Retention) -> Place:
    days = retention.versions_days
    why = f"the bucket keeps deleted objects as noncurrent versions for {days} days"
    return _of_branch(record, Branch.S3, name, why, lambda removed: _midnight(removed + timedelta(days=days)))


def _of_branch(
    record: DocumentRecord, branch: Branch, name: str, why: str, until: Callable[[datetime], datetime] | None
) -> Place:
    removed_at = _removed_at(record, branch)
    if removed_at is not None:
        copies = _shown(until(_time(removed_at))) if until else None
        return Place(place=name, state=State.REMOVED, removed_at=removed_at, copies_until=copies, why=why)
    state, reason = _not_yet(record, branch)
    return Place(place=name, state=state, why=reason)


def _removed_at(record: DocumentRecord, branch: Branch) -> str | None:
    """When the branch had removed everything; none if something is left that the record knows of."""
    if record.stale or record.indexed_version or (branch is Branch.S3 and record.sources):
        return None
    if record.status is Status.DELETED:
        # One from before these times were noted was removed by the time that it was changed last.
        return record.removed.get(branch, record.updated_at)
    return record.removed.get(branch)


def _not_yet(record: DocumentRecord, branch: Branch) -> tuple[State, str]:
    if record.status is Status.FAILED:
        error = f"{record.error.type}: {record.error.message}" if record.error else "no error was noted"
        return State.FAILED, f"the run failed ({error}): `bloomweaver retry` does it again"
    if record.status is Status.PARTIAL and record.branches.get(branch) is Outcome.DEAD_LETTERED:
        return State.DEAD_LETTERED, f"its removal failed for good: `bloomweaver redrive {branch}` does it again"
    if record.status is Status.PARTIAL:
        return State.UNDER_WAY, "the run stopped where the other branch failed for good; its redrive goes on with both"
    if record.status is Status.DELETED:
        return State.UNDER_WAY, "a run of an earlier version may have written late: the sweep removes what it left"
    return State.UNDER_WAY, "the run that removes it is not over"


def _that_expires(record: DocumentRecord, name: str, what: str, until: Callable[[datetime], datetime]) -> Place:
    times = [_removed_at(record, branch) for branch in Branch]
    if None in times:
        return Place(place=name, state=State.EXPIRES, why=f"{what}; the last run on the document is not over")
    ended = max(_time(time) for time in times if time)
    return Place(place=name, state=State.EXPIRES, copies_until=_shown(until(ended)), why=what)


def _deleted_at(record: DocumentRecord) -> str:
    return record.accepted_at or record.updated_at


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _midnight(moment: datetime) -> datetime:
    """The midnight after a time: S3 counts days so."""
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC) + timedelta(days=1)


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
