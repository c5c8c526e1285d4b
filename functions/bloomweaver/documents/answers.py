"""What the routes about documents answer."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bloomweaver.documents.acceptance import Answer
from bloomweaver.documents.counts import Counts
from bloomweaver.models.chunk import Metadata
from bloomweaver.models.folder_path import ROOT
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import Branch, DocumentRecord, ErrorDetail, Operation, Outcome, Status
from bloomweaver.ports import RecordPage
from bloomweaver.progress.progress import Progress
from bloomweaver.sources.reading import SourceKind, kind_of

INTERNAL = frozenset(
    {
        *("revision", "stale", "writers", "deleted_version", "artifact", "sources", "kept_version", "removed"),
        "left_folders",
    }
)
"""What the record has for the pipeline alone."""


class Accepted(BaseModel):
    """What became of an operation that was sent."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    version: int
    """The operation's version of the document; with `unchanged` that of the one before."""
    operation: Operation
    """What runs, or ran: a CREATE of a document that exists is an UPDATE, and the other way round."""
    status: Literal["queued", "unchanged"]
    """`unchanged`: the same is indexed already, or on its way."""

    @classmethod
    def of(cls, doc_hash: str, answer: Answer) -> "Accepted":
        """What the webhook says of an operation that was taken."""
        return cls(doc_hash=doc_hash, version=answer.version, operation=answer.operation, status=answer.status)


class Upload(BaseModel):
    """A place for a content, and what to send to the webhook in the content's place."""

    model_config = ConfigDict(frozen=True)

    content_ref: str
    """For the webhook's field of that name."""
    method: Literal["PUT"] = "PUT"
    url: str
    """Takes the content's bytes once, exactly as many as were asked for. It needs no token."""
    expires_in: int
    """For how many seconds the URL is good."""


class Document(BaseModel):
    """Where a document stands."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    version: int
    """Of the latest accepted operation."""
    attempt: int = 0
    """How often the latest operation was given a new execution after its first one was over."""
    uncounted: int = 0
    """Of these, those that follow an execution that found no place to run."""
    indexed_version: int
    """The version that the vector index holds in full; 0 is none."""
    status: Status
    operation: Operation
    """The latest accepted one."""
    content_sha256: str | None = None
    content_type: str | None = None
    title: str | None = None
    language: str | None = None
    """As the request named it, in BCP 47."""
    detected_language: str | None = None
    """What the text of `indexed_version` was taken for, where the request named none."""
    metadata: Metadata = {}
    folder: str = ROOT
    origin: Origin | None = None
    """The sync that keeps the document in step with a file, and the file's path."""
    source_version: int | None = None
    chunk_count: int = 0
    """Passages of `indexed_version`."""
    model: str | None = None
    """The embedding model of `indexed_version`."""
    index: str | None = None
    """The vector index that `indexed_version` is served from."""
    branches: Mapping[Branch, Outcome] = {}
    """How each branch of the latest operation ended."""
    error: ErrorDetail | None = None
    """Why the latest operation failed."""
    warnings: list[str] = []
    """What could not be taken from the content of the latest operation."""
    execution_arn: str | None = None
    """The Step Functions execution of the latest operation."""
    correlation_id: str
    created_at: str
    """ISO 8601, UTC, as every time here."""
    accepted_at: str = ""
    """When the latest operation was accepted; empty in records of before this was noted."""
    updated_at: str
    served_version: int
    """The only version that search shows; 0 is none."""
    source: SourceKind | None = None
    """What is kept of the served version: its `content`, or the `passages` that are left of one of before."""
    progress: Progress | None = None
    """How far the latest operation is; null if it is over, and in lists."""

    @classmethod
    def of(cls, record: DocumentRecord, progress: Progress | None = None) -> "Document":
        """What the record says to others, and how far it is."""
        source = record.served_source
        return cls(
            **record.model_dump(exclude=set(INTERNAL)),
            served_version=record.served_version,
            source=kind_of(source) if source is not None else None,
            progress=progress,
        )


class DocumentPage(BaseModel):
    """Some documents of a list."""

    model_config = ConfigDict(frozen=True)

    documents: list[Document]
    next_cursor: str | None = None
    """For the query parameter `cursor` of the next page; null on the last one."""

    @classmethod
    def of(cls, page: RecordPage) -> "DocumentPage":
        """A page of records."""
        return cls(documents=[Document.of(record) for record in page.records], next_cursor=page.cursor)


class DocumentCounts(BaseModel):
    """How many documents there are in each status."""

    model_config = ConfigDict(frozen=True)

    documents: Mapping[Status, int]
    incomplete: list[Status]
    """Of these there are at least so many: the time for counting was up."""

    @classmethod
    def of(cls, counts: Counts) -> "DocumentCounts":
        """The counts."""
        return cls(documents=counts.numbers, incomplete=counts.incomplete)


class ContentAddress(BaseModel):
    """Where a content is that is too large for the answer."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    version: int
    source: SourceKind
    content_type: str
    size: int
    """In bytes."""
    url: str
    """Gives the content to whoever has it. It needs no token."""
    expires_in: int
    """For how many seconds the URL is good."""
