"""Entries of the audit log, and how each is made. Nothing in them is of what is in a document: no text, no title, no
metadata, and of an error its name alone."""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict

from bloomweaver.audit.routes import Action
from bloomweaver.models.record import DocumentRecord, Operation


class CallerKind(StrEnum):
    """How a caller said who they are."""

    TOKEN = "token"
    SIGNATURE = "signature"
    """A machine that has a webhook secret."""
    OPERATION = "operation"
    """A run that somebody's operation started: of a folder's change. Its own entry says who that was."""
    NOBODY = "nobody"
    """They proved nothing, and were refused."""


class Caller(BaseModel):
    """Who asked."""

    model_config = ConfigDict(frozen=True)

    kind: CallerKind
    subject: str | None = None
    """The token's `sub`; the id of a signed request, or of a run."""
    role: str | None = None
    """The token's."""


NOBODY = Caller(kind=CallerKind.NOBODY)


@dataclass(frozen=True)
class Asked:
    """A change that somebody asks for."""

    action: Action
    caller: Caller
    correlation_id: str
    source_ip: str | None = None
    """None where there was no request, as of a run."""


class Outcome(StrEnum):
    """What became of what was asked for."""

    ACCEPTED = "accepted"
    """It was taken, and goes on as a run, or as an operation of a document."""
    DONE = "done"
    """Nothing is left to do."""
    REFUSED = "refused"
    """Nothing was changed."""
    FAILED = "failed"
    """It met an error on its way, and a part of it may have been done."""
    UNKNOWN = "unknown"
    """It began, and nobody noted how it ended: it goes on at this moment, or its function died."""


class Ending(BaseModel):
    """How an operation ended that had begun."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    ended_at: str
    """In the form of `Clock`."""
    runs: list[str] = []
    """What it started, by the ids that runs are looked up by."""
    status: int | None = None
    """The HTTP status of what was refused or failed."""
    error: str | None = None
    """Why it was refused or failed: the kind of error."""


class AuditEntry(BaseModel):
    """What somebody asked for, and what became of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    at: str
    """In the form of `Clock`, as every time here."""
    action: Action
    outcome: Outcome
    """Of an operation that began `unknown`, until its ending is known."""
    caller: Caller
    source_ip: str | None = None
    correlation_id: str
    doc_hash: str | None = None
    operation: Operation | None = None
    """Of a document: what was accepted."""
    version: int | None = None
    """The version that it was accepted as."""
    target: str | None = None
    """What it was to change that is no document: a folder, an index, a dead letter queue."""
    runs: list[str] = []
    """See `Ending`."""
    status: int | None = None
    error: str | None = None
    ended_at: str | None = None
    """Of an operation that began and ended."""

    def ended(self, ending: Ending) -> "AuditEntry":
        """The entry with its ending."""
        return self.model_copy(update=ending.model_dump())


def of_change(asked: Asked, record: DocumentRecord, outcome: Outcome, at: str) -> AuditEntry:
    """The entry of a change of a document's record, which is written with it."""
    return _entry(
        asked,
        at,
        outcome=outcome,
        doc_hash=record.doc_hash,
        operation=record.operation,
        version=record.version,
    )


def of_beginning(asked: Asked, at: str, target: str | None = None, doc_hash: str | None = None) -> AuditEntry:
    """The entry of an operation that is about to begin."""
    return _entry(asked, at, outcome=Outcome.UNKNOWN, target=target, doc_hash=doc_hash)


def of_done(asked: Asked, at: str) -> AuditEntry:
    """The entry of something that is done with its answer."""
    return _entry(asked, at, outcome=Outcome.DONE)


def of_refusal(asked: Asked, at: str, status: HTTPStatus, error: str, doc_hash: str | None) -> AuditEntry:
    """The entry of something that was refused before it began."""
    return _entry(asked, at, outcome=Outcome.REFUSED, status=int(status), error=error, doc_hash=doc_hash)


def _entry(asked: Asked, at: str, *, outcome: Outcome, **more: str | int | None) -> AuditEntry:
    return AuditEntry(
        id=uuid.uuid4().hex,
        at=at,
        action=asked.action,
        outcome=outcome,
        caller=asked.caller,
        source_ip=asked.source_ip,
        correlation_id=asked.correlation_id,
        **more,  # type: ignore[arg-type]
    )
