"""How entries are written: an operation's before it begins and after it ended, and those of refusals."""

from collections.abc import Sequence
from http import HTTPStatus

from bloomweaver.audit.bounds import of_this_minute
from bloomweaver.audit.entries import Asked, AuditEntry, Ending, Outcome, of_beginning, of_done, of_refusal
from bloomweaver.audit.ports import AuditLog
from bloomweaver.ports import Clock


def begin(
    log: AuditLog, clock: Clock, asked: Asked, *, target: str | None = None, doc_hash: str | None = None
) -> AuditEntry:
    """Write that an operation begins, before it does. Raises `StorageUnavailable`: then it must not begin."""
    entry = of_beginning(asked, clock(), target, doc_hash)
    log.add(entry)
    return entry


def end(
    log: AuditLog,
    clock: Clock,
    entry: AuditEntry,
    outcome: Outcome,
    *,
    runs: Sequence[str] = (),
    status: HTTPStatus | None = None,
    error: str | None = None,
) -> None:
    """Write how an operation ended. Raises `StorageUnavailable`: then its entry stays without an ending."""
    number = int(status) if status is not None else None
    log.end(entry, Ending(outcome=outcome, ended_at=clock(), runs=list(runs), status=number, error=error))


def write_done(log: AuditLog, clock: Clock, asked: Asked) -> None:
    """Write that something is done, before it is answered. Raises `StorageUnavailable`: then it must not be."""
    log.add(of_done(asked, clock()))


def write_refusal(
    log: AuditLog,
    clock: Clock,
    asked: Asked,
    status: HTTPStatus,
    error: str,
    *,
    doc_hash: str | None = None,
    bounded: bool = False,
) -> None:
    """Write that something was refused. `bounded`: anybody can cause it, so a minute has room for a few of them, and
    what comes on top is in the metrics of the API alone. Raises `StorageUnavailable`."""
    entry = of_refusal(asked, clock(), status, error, doc_hash)
    log.add(of_this_minute(entry) if bounded else entry)
