"""The rules by which the sweep takes up what hangs: operations that no execution works on, and what runs left over.

Every function takes the record as it is and returns what it becomes. The sweep stores that on the condition that nobody
changed the record since it looked.
"""

from collections.abc import Iterable

from bloomweaver.errors import FleetNeverReady
from bloomweaver.models.record import DocumentRecord, ErrorDetail, Operation, Status

ATTEMPTS_EXHAUSTED = "AttemptsExhausted"
"""The error of a version whose executions all ended without a result. No state machine knows it."""
NOT_INVOKED = "NotInvoked"
"""The error of an execution whose functions Lambda had no place for, for longer than it waits."""
UNCOUNTED = frozenset({NOT_INVOKED, FleetNeverReady.__name__})
"""Errors of executions that say nothing of their document: it is kept, whatever the number of such executions."""


def seen(record: DocumentRecord, now: str) -> DocumentRecord:
    """Its message was lost and is sent again: from now on it waits like any other."""
    return record.model_copy(update={"updated_at": now})


def begun_anew(record: DocumentRecord, now: str, *, counted: bool = True) -> DocumentRecord:
    """The same version gets a new execution. One that is over, should it ever act again, finds the attempt changed."""
    status = Status.DELETING if record.operation is Operation.DELETE else Status.QUEUED
    return _tried_again(record, now, counted).model_copy(update={"status": status})


def given_up(record: DocumentRecord, reason: str, now: str) -> DocumentRecord:
    """The version fails for good, and says why."""
    error = ErrorDetail(type=ATTEMPTS_EXHAUSTED, message=reason)
    return record.model_copy(update={"status": Status.FAILED, "error": error, "updated_at": now})


def without_writers(record: DocumentRecord, versions: Iterable[str]) -> DocumentRecord:
    """These versions are written by nobody any more."""
    gone = set(versions)
    writers = {version: arn for version, arn in record.writers.items() if version not in gone}
    return record.model_copy(update={"writers": writers})


def cleaning(record: DocumentRecord, now: str, *, counted: bool = True) -> DocumentRecord:
    """What is left over gets an execution that removes it. The status stays that of the operation."""
    return _tried_again(record, now, counted)


def _tried_again(record: DocumentRecord, now: str, counted: bool) -> DocumentRecord:
    uncounted = record.uncounted + (not counted)
    changes = {"attempt": record.attempt + 1, "uncounted": uncounted, "execution_arn": None, "updated_at": now}
    return record.model_copy(update=changes)
