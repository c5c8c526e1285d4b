"""What the API answers, typed. Fields that a newer API adds are left out."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.record import ErrorDetail, Operation, Status


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class Health(Answer):
    """Of GET /health."""

    status: str
    model: str
    vector_store: str


class Accepted(Answer):
    """Of POST /webhook, when it took the operation."""

    doc_hash: str
    version: int
    operation: Operation
    status: str
    """`queued` or `unchanged`."""


class Upload(Answer):
    """Of POST /uploads: where the content goes, and the reference to send in its place."""

    content_ref: str
    url: str


class Document(Answer):
    """Of GET /documents/{doc_hash}: what was accepted, and where it stands."""

    doc_hash: str
    version: int
    indexed_version: int
    served_version: int
    status: Status
    operation: Operation
    content_sha256: str | None = None
    content_type: str | None = None
    title: str | None = None
    metadata: dict[str, Any] = {}
    source_version: int | None = None
    chunk_count: int = 0
    model: str | None = None
    branches: dict[str, str] = {}
    error: ErrorDetail | None = None
    execution_arn: str | None = None
    correlation_id: str
    created_at: str
    updated_at: str


class DocumentPage(Answer):
    """Of GET /documents: the newest first."""

    documents: list[Document]
    next_cursor: str | None = None


class SearchHit(Answer):
    """A passage that a search found. `score` is the cosine similarity, -1 to 1."""

    doc_hash: str
    version: int
    chunk_id: str
    score: float
    text: str
    title: str | None = None
    heading: str | None = None
    page: int | None = None
    metadata: dict[str, Any] = {}


class SearchResults(Answer):
    """Of POST /search: the nearest first. `took_ms` is the time in the function, in milliseconds."""

    results: list[SearchHit]
    took_ms: float
