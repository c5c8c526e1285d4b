"""What POST /documents/compare does: tells which documents would be unchanged if they were sent, before they are."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.documents.acceptance import FAILED, Submission, same
from bloomweaver.keys import DOC_HASH
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.models.request_fields import CheckedMetadata, ContentType, Folder, Language, Title
from bloomweaver.ports import DocumentRecords

DOCUMENTS_MAX = 100
"""Of one request: DynamoDB reads as many records at once."""


class Sendable(BaseModel):
    """A document as its sender would send it, with the digest of its content in the place of that."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    doc_hash: Annotated[str, Field(pattern=f"^{DOC_HASH}$")]
    content_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Of the content's bytes, decoded, in hexadecimal digits."""
    content_type: ContentType
    title: Title | None = None
    metadata: CheckedMetadata = {}
    folder: Folder | None = None
    language: Language | None = None
    origin: Origin | None = None

    def submission(self) -> Submission:
        """What the webhook would make of it."""
        return Submission(
            operation=Operation.UPDATE,
            doc_hash=self.doc_hash,
            correlation_id="",
            content_type=self.content_type,
            content_sha256=self.content_sha256,
            title=self.title,
            language=self.language,
            metadata=self.metadata,
            folder=self.folder,
            origin=self.origin,
        )


class CompareRequest(BaseModel):
    """The body of POST /documents/compare."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    documents: Annotated[list[Sendable], Field(min_length=1, max_length=DOCUMENTS_MAX)]


class Compared(BaseModel):
    """How a document that could be sent compares with what was accepted last."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    unchanged: bool
    """Whether the webhook would do nothing. What failed is not: sent again, it runs again."""
    version: int
    """The latest version; 0 is none."""
    status: Status | None
    """Where that stands; null where there is none."""


class Comparison(BaseModel):
    """The answer, in the order of the request."""

    model_config = ConfigDict(frozen=True)

    documents: list[Compared]


def compare(records: DocumentRecords, request: CompareRequest) -> Comparison:
    """Compare the documents with their records as they are now. Raises `StorageUnavailable`."""
    known = records.get_many(document.doc_hash for document in request.documents)
    return Comparison(documents=[_compared(document, known.get(document.doc_hash)) for document in request.documents])


def _compared(document: Sendable, record: DocumentRecord | None) -> Compared:
    unchanged = record is not None and record.status not in FAILED and same(record, document.submission())
    return Compared(
        doc_hash=document.doc_hash,
        unchanged=unchanged,
        version=record.version if record else 0,
        status=record.status if record else None,
    )
