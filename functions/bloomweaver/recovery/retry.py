"""Retry: the operation that failed last is accepted once more, with the content that it came with.

It becomes a version of its own, like a client's repetition of the same request. The version that failed is given up for
good and its vectors may be on their way out, so nothing must ever be written under its ids again.
"""

from bloomweaver.audit.entries import Asked, Outcome, of_change
from bloomweaver.documents.acceptance import next_version
from bloomweaver.documents.lookup import known_document
from bloomweaver.documents.transition import transition
from bloomweaver.errors import BodyExpired, NotFailed, UnknownDocument
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import Clock, DocumentRecords, Objects, OperationQueue
from bloomweaver.sources.keeping import IN_REQUEST, find_kept


def retry(
    records: DocumentRecords,
    objects: Objects,
    sources: Objects,
    queue: OperationQueue,
    clock: Clock,
    *,
    doc_hash: str,
    asked: Asked,
    body_max_bytes: int,
) -> OperationMessage:
    """Accept the failed operation of a document again. Returns the message that was sent for it.

    Raises `UnknownDocument`, `NotFailed` and `BodyExpired`, each before anything is written, and `StorageUnavailable`
    or `RecordContended`.
    """

    def rule(current: DocumentRecord | None) -> tuple[DocumentRecord | None, OperationMessage]:
        if current is None:
            raise UnknownDocument(f"no document '{doc_hash}' is known")
        if current.status is not Status.FAILED:
            raise NotFailed(f"version {current.version} of '{doc_hash}' is {current.status}, not failed")
        kept: int | None = IN_REQUEST
        if current.operation is not Operation.DELETE:
            kept = find_kept(objects, sources, current, body_max_bytes)
        if kept is None:
            raise BodyExpired(
                f"the request of '{doc_hash}' has expired, and it failed before it had a source; "
                "send the document again"
            )
        again = next_version(current, asked.correlation_id, clock(), kept)
        return again, OperationMessage.of(again)

    current = known_document(records, doc_hash)
    message = transition(
        records, doc_hash, rule, current, lambda record, _: of_change(asked, record, Outcome.ACCEPTED, clock())
    )
    queue.send(message)
    return message
