"""Records of documents that have leftovers in the stores and no record: they keep those versions from coming back."""

from bloomweaver.models.record import DocumentRecord, Operation, Status


def tombstone(doc_hash: str, version: int, correlation_id: str, now: str) -> DocumentRecord:
    """The record of a document as if it had been deleted as `version`: its next version is above that."""
    return DocumentRecord(
        doc_hash=doc_hash,
        version=version,
        deleted_version=version,
        operation=Operation.DELETE,
        status=Status.DELETED,
        correlation_id=correlation_id,
        created_at=now,
        updated_at=now,
    )


def is_tombstone(record: DocumentRecord) -> bool:
    """Whether a reconciliation wrote the record: a document that was ever accepted did not end when it began."""
    return record.status is Status.DELETED and record.created_at == record.updated_at
