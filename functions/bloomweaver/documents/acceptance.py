"""The rules by which the webhook takes an operation, finds it unchanged, or refuses it."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from bloomweaver.documents.departures import departures
from bloomweaver.errors import StaleSourceVersion, UnexpectedVersion, UnknownDocument
from bloomweaver.models.chunk import Metadata
from bloomweaver.models.folder_path import ROOT
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import DocumentRecord, Operation, Status

FAILED = frozenset({Status.PARTIAL, Status.FAILED})
"""What is run again when it is sent again."""
_WITHOUT_EXECUTION = {Status.QUEUED, Status.DELETING}


@dataclass(frozen=True)
class Submission:
    """A valid request, with its body's digests and its place in the artifacts bucket (none for a DELETE)."""

    operation: Operation
    doc_hash: str
    correlation_id: str
    content_type: str | None = None
    content_sha256: str | None = None
    artifact: str | None = None
    title: str | None = None
    language: str | None = None
    metadata: Metadata | None = None
    folder: str | None = None
    """None is where the document is."""
    origin: Origin | None = None
    """None is the one that it has."""
    expected_version: int | None = None
    """The latest version that the sender knows of; 0 is none."""
    source_version: int | None = None


@dataclass(frozen=True)
class Answer:
    """What the webhook answers, and the message that has to go out for it."""

    status: Literal["queued", "unchanged"]
    operation: Operation
    version: int
    message: OperationMessage | None
    """Also with `unchanged` while no execution is known to run: the first message may have been lost on its way."""


def accept(current: DocumentRecord | None, submission: Submission, now: str) -> tuple[DocumentRecord | None, Answer]:
    """What `submission` makes of the document's record, and the answer.

    Raises `UnknownDocument` for a DELETE of a document that never was, `StaleSourceVersion` for a request that is older
    than what was accepted last, or as old and not the same, and `UnexpectedVersion`.
    """
    if current is None and submission.operation is Operation.DELETE:
        raise UnknownDocument(f"no document '{submission.doc_hash}' is known")
    repeated = current is not None and same(current, submission)
    check_expected(submission.doc_hash, current, submission.expected_version, repeated=repeated)
    if current is not None:
        _check_source_version(current, submission, repeated)
        if repeated and current.status not in FAILED:
            return _unchanged(current, submission)
    record = _next(current, submission, now)
    return record, Answer("queued", record.operation, record.version, OperationMessage.of(record))


def check_expected(doc_hash: str, current: DocumentRecord | None, expected: int | None, *, repeated: bool) -> None:
    """Raise `UnexpectedVersion` if the latest version of the document is not the expected one.

    A request that is the one which made the next version came before: its answer may have been lost.
    """
    version = current.version if current else 0
    if expected is None or version == expected or (repeated and version == expected + 1):
        return
    raise UnexpectedVersion(
        f"version {expected} of '{doc_hash}' was expected to be the latest, and {version or 'none'} is"
    )


def same(current: DocumentRecord, submission: Submission) -> bool:
    """Whether it asks for what was accepted last, however that ended."""
    if submission.operation is Operation.DELETE:
        return current.operation is Operation.DELETE
    return (
        current.operation is not Operation.DELETE
        and current.content_sha256 == submission.content_sha256
        and current.content_type == submission.content_type
        and current.title == submission.title
        and current.language == submission.language
        and submission.folder in (None, current.folder)
        and submission.origin in (None, current.origin)
        and canonical_metadata(current.metadata) == canonical_metadata(submission.metadata or {})
    )


def canonical_metadata(metadata: dict[str, Any]) -> str:
    """As a text that is the same for metadata that is the same."""
    # In Python 1 == True == 1.0; as metadata they are three different values.
    return json.dumps(metadata, sort_keys=True)


def _check_source_version(current: DocumentRecord, submission: Submission, repeated: bool) -> None:
    if submission.source_version is None or current.source_version is None:
        return
    if submission.source_version < current.source_version or (
        submission.source_version == current.source_version and not repeated
    ):
        raise StaleSourceVersion(
            f"{submission.source_version} is not newer than {current.source_version}, which was accepted before"
        )


def unchanged(current: DocumentRecord) -> Answer:
    """The answer to a request for what was accepted last."""
    message = OperationMessage.of(current) if current.status in _WITHOUT_EXECUTION else None
    return Answer("unchanged", current.operation, current.version, message)


def _unchanged(current: DocumentRecord, submission: Submission) -> tuple[DocumentRecord | None, Answer]:
    answer = unchanged(current)
    if submission.source_version is None or submission.source_version == current.source_version:
        return None, answer
    return current.model_copy(update={"source_version": submission.source_version}), answer


def _next(current: DocumentRecord | None, submission: Submission, now: str) -> DocumentRecord:
    # Sources deliver at least once and out of order, so it is the record that says whether the document exists.
    exists = current is not None and current.operation is not Operation.DELETE
    operation = submission.operation
    if operation is not Operation.DELETE:
        operation = Operation.UPDATE if exists else Operation.CREATE
    version = current.version + 1 if current else 1
    place = _place(current if exists else None, submission)
    changes: dict[str, Any] = {
        "version": version,
        "attempt": 0,
        "uncounted": 0,
        "operation": operation,
        "status": Status.DELETING if operation is Operation.DELETE else Status.QUEUED,
        "content_sha256": submission.content_sha256,
        "content_type": submission.content_type,
        "title": submission.title,
        "language": submission.language,
        "detected_language": None,
        "metadata": submission.metadata or {},
        **place,
        "left_folders": departures(current, place["folder"], now),
        "artifact": submission.artifact,
        "kept_version": 0,
        "removed": {},
        "branches": {},
        "error": None,
        "warnings": [],
        "execution_arn": None,
        "correlation_id": submission.correlation_id,
        "accepted_at": now,
        "updated_at": now,
    }
    if operation is Operation.DELETE:
        changes["deleted_version"] = version
    if submission.source_version is not None:
        changes["source_version"] = submission.source_version
    if current is None:
        return DocumentRecord(doc_hash=submission.doc_hash, created_at=now, **changes)
    return current.model_copy(update=changes)


def _place(existing: DocumentRecord | None, submission: Submission) -> dict[str, Any]:
    """Where the document is: what the submission leaves out stays. A deleted one is nowhere."""
    if submission.operation is Operation.DELETE:
        return {"folder": ROOT, "origin": None}
    folder, origin = (existing.folder, existing.origin) if existing else (ROOT, None)
    return {"folder": submission.folder or folder, "origin": submission.origin or origin}


def next_version(current: DocumentRecord, correlation_id: str, now: str, kept_version: int) -> DocumentRecord:
    """The record with its latest operation as the next version, of what `find_kept` found."""
    version = current.version + 1
    deleting = current.operation is Operation.DELETE
    changes: dict[str, Any] = {
        "version": version,
        "attempt": 0,
        "uncounted": 0,
        "status": Status.DELETING if deleting else Status.QUEUED,
        "deleted_version": version if deleting else current.deleted_version,
        "kept_version": kept_version,
        "removed": {},
        "branches": {},
        "error": None,
        "execution_arn": None,
        "correlation_id": correlation_id,
        "accepted_at": now,
        "updated_at": now,
    }
    return current.model_copy(update=changes)
