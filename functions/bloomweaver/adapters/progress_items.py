"""Items of the table of progress: their keys, and what they say as notes."""

from datetime import datetime
from typing import Any

from bloomweaver.models.record import Branch
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.progress.notes import Attempt, Cut, DocumentNotes, OperationNotes, counted
from bloomweaver.progress.progress import ProgressUnit

_DOCUMENT, _OPERATION = "document:", "operation:"


def key_of_attempt(attempt: Attempt) -> str:
    """The key of the item of an attempt."""
    return f"{_DOCUMENT}{attempt.doc_hash}:{attempt.version}:{attempt.attempt}"


def key_of_operation(id_: str) -> str:
    """The key of the item of an operation."""
    return f"{_OPERATION}{id_}"


def document_of(key: str) -> str | None:
    """The document that an item is of, by its key; none if it is of an operation."""
    return key.removeprefix(_DOCUMENT).rsplit(":", 2)[0] if key.startswith(_DOCUMENT) else None


def operation_of(key: str) -> str | None:
    """The operation that an item is of, by its key; none if it is of a document."""
    return key.removeprefix(_OPERATION) if key.startswith(_OPERATION) else None


def document_notes(item: dict[str, Any]) -> DocumentNotes:
    """What an item says of an attempt."""
    cut = None
    if "passages" in item:
        cut = Cut(item["index"]["S"], int(item["passages"]["N"]), int(item["reused"]["N"]))
    return DocumentNotes(
        step=int(item["step"]["N"]),
        at=item["at"]["S"],
        cut=cut,
        embedded=counted(item.get("finished", {}).get("SS", ())),
        written=frozenset(map(Branch, item.get("written", {}).get("SS", ()))),
        waking_since=item.get("waking_since", {}).get("S"),
    )


def operation_notes(item: dict[str, Any]) -> OperationNotes | None:
    """What an item says of an operation; none where only parts of it are noted yet."""
    if "machine" not in item:
        return None  # a part came before anything else: of what, is said later
    done, of, unit = item.get("done"), item.get("of"), item.get("unit")
    return OperationNotes(
        id=item["item"]["S"].removeprefix(_OPERATION),
        machine=StateMachine(item["machine"]["S"]),
        step=int(item["step"]["N"]),
        at=_moment(item["at"]["S"]),
        started_at=item["started_at"]["S"],
        phase=item.get("phase", {}).get("S"),
        done=int(done["N"]) if done else None,
        of=int(of["N"]) if of else None,
        unit=ProgressUnit(unit["S"]) if unit else None,
        parts=counted(item.get("finished", {}).get("SS", ())),
        status=RunStatus(item["ended"]["S"]) if "ended" in item else RunStatus.RUNNING,
        error_type=item.get("error_type", {}).get("S"),
    )


def _moment(time: str) -> str:
    """A time in the form of `Clock`: a state machine, which notes its letters itself, has another one."""
    return datetime.fromisoformat(time).isoformat(timespec="microseconds")
