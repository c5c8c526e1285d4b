"""Retry: the operation that failed last is accepted once more, with the body that it came with.

It becomes a version of its own, like a client's repetition of the same request. The version that failed is given up for
good and its vectors may be on their way out, so nothing must ever be written under its ids again.
"""

from typing import Any

from bloomweaver.documents.lookup import known_document
from bloomweaver.documents.transition import transition
from bloomweaver.errors import BodyExpired, NotFailed, UnknownDocument
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import Clock, DocumentRecords, Objects, OperationQueue


def accept_again(
    current: DocumentRecord | None, doc_hash: str, correlation_id: str, now: str
) -> tuple[DocumentRecord, OperationMessage]:
    """The record with its failed operation as the next version, and the message that runs it.

    Raises `UnknownDocument` and `NotFailed`.
    """
    if current is None:
        raise UnknownDocument(f"no document '{doc_hash}' is known")
    if current.status is not Status.FAILED:
        raise NotFailed(f"version {current.version} of '{doc_hash}' is {current.status}, not failed")
    record = next_version(current, correlation_id, now)
    return record, OperationMessage.of(record)


def next_version(current: DocumentRecord, correlation_id: str, now: str) -> DocumentRecord:
    """The record with its latest operation as the next version."""
    version = current.version + 1
    deleting = current.operation is Operation.DELETE
    changes: dict[str, Any] = {
        "version": version,
        "attempt": 0,
        "uncounted": 0,
        "status": Status.DELETING if deleting else Status.QUEUED,
        "deleted_version": version if deleting else current.deleted_version,
        "branches": {},
        "error": None,
        "execution_arn": None,
        "correlation_id": correlation_id,
        "accepted_at": now,
        "updated_at": now,
    }
    return current.model_copy(update=changes)


def retry(
    records: DocumentRecords,
    objects: Objects,
    queue: OperationQueue,
    clock: Clock,
    *,
    doc_hash: str,
    correlation_id: str,
) -> OperationMessage:
    """Accept the failed operation of a document again. Returns the message that was sent for it.

    Raises `UnknownDocument`, `NotFailed` and `BodyExpired`, each before anything is written, and `StorageUnavailable`
    or `RecordContended`.
    """

    def rule(current: DocumentRecord | None) -> tuple[DocumentRecord | None, OperationMessage]:
        return accept_again(current, doc_hash, correlation_id, clock())

    current = known_document(records, doc_hash)
    rule(current)
    if current.artifact is not None and not objects.exists(current.artifact):
        raise BodyExpired(f"the request of '{doc_hash}' is gone from the artifacts bucket; send the document again")
    message = transition(records, doc_hash, rule, current)
    queue.send(message)
    return message
