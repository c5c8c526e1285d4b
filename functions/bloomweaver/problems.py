"""How the API says that a request was not done: problem details (RFC 9457), and which error gives which status."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.documents.edits import InvalidEdit
from bloomweaver.documents.ingest import InvalidReference
from bloomweaver.errors import (
    AnswerRunning,
    AnswerWithheld,
    BodyExpired,
    ConfigurationError,
    ContentNotKept,
    DocumentDeleted,
    FolderUnderChange,
    Forbidden,
    InapplicableFilter,
    IndexInUse,
    IndexUnusable,
    InvalidCursor,
    LimitReached,
    ModelUnavailable,
    NotDeleted,
    NotFailed,
    NotRunning,
    NotServed,
    PermanentError,
    RebuildRunning,
    ReindexUnderWay,
    Replayed,
    StaleSourceVersion,
    TransientError,
    Unauthenticated,
    UnexpectedVersion,
    UnknownChat,
    UnknownDocument,
    UnknownFolder,
    UnknownIndex,
    UnknownMessage,
    UnknownQueue,
    UnknownRedrive,
    UnknownRun,
)
from bloomweaver.request_body import BodyTooLarge, MalformedBody
from bloomweaver.vector_stores.filters import InvalidFilter


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    model_config = ConfigDict(frozen=True)

    field: str
    """Its name, with dots on the way to a field within another."""
    detail: str


class Problem(BaseModel):
    """Why a request was not done (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    """What the status is called."""
    status: int
    """The HTTP status."""
    detail: str
    """What was wrong, in words for people."""
    errors: list[FieldProblem] = Field(default=[], exclude_if=lambda errors: not errors)
    """The fields at fault, if there are any."""

    @classmethod
    def of(cls, status: HTTPStatus, detail: str, errors: Iterable[FieldProblem] = ()) -> "Problem":
        """The problem that an answer with this status tells."""
        return cls(title=status.phrase, status=int(status), detail=detail, errors=list(errors))


@dataclass(frozen=True)
class Refusal:
    """What an error of the core is to whoever sent the request."""

    status: HTTPStatus
    field: str = ""
    """The field of the request that is at fault; empty if none is."""


REFUSALS: Mapping[type[Exception], Refusal] = {
    MalformedBody: Refusal(HTTPStatus.BAD_REQUEST, "body"),
    BodyTooLarge: Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body"),
    InvalidReference: Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "content_ref"),
    InvalidEdit: Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "metadata"),
    InvalidFilter: Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "filter"),
    InvalidCursor: Refusal(HTTPStatus.BAD_REQUEST, "cursor"),
    StaleSourceVersion: Refusal(HTTPStatus.CONFLICT, "source_version"),
    UnexpectedVersion: Refusal(HTTPStatus.CONFLICT, "expected_version"),
    DocumentDeleted: Refusal(HTTPStatus.CONFLICT, "doc_hash"),
    Replayed: Refusal(HTTPStatus.CONFLICT, "webhook-id"),
    UnknownDocument: Refusal(HTTPStatus.NOT_FOUND, "doc_hash"),
    NotServed: Refusal(HTTPStatus.NOT_FOUND, "doc_hash"),
    ContentNotKept: Refusal(HTTPStatus.NOT_FOUND, "doc_hash"),
    NotDeleted: Refusal(HTTPStatus.CONFLICT, "doc_hash"),
    NotFailed: Refusal(HTTPStatus.CONFLICT, "doc_hash"),
    BodyExpired: Refusal(HTTPStatus.GONE, "doc_hash"),
    UnknownQueue: Refusal(HTTPStatus.NOT_FOUND, "branch"),
    UnknownRedrive: Refusal(HTTPStatus.NOT_FOUND, "name"),
    UnknownRun: Refusal(HTTPStatus.NOT_FOUND, "id"),
    UnknownChat: Refusal(HTTPStatus.NOT_FOUND, "id"),
    UnknownMessage: Refusal(HTTPStatus.NOT_FOUND, "message_id"),
    AnswerRunning: Refusal(HTTPStatus.CONFLICT, "id"),
    NotRunning: Refusal(HTTPStatus.CONFLICT, "message_id"),
    AnswerWithheld: Refusal(HTTPStatus.CONFLICT, "message_id"),
    RebuildRunning: Refusal(HTTPStatus.CONFLICT, "id"),
    IndexUnusable: Refusal(HTTPStatus.CONFLICT, "index"),
    UnknownIndex: Refusal(HTTPStatus.NOT_FOUND, "index"),
    ReindexUnderWay: Refusal(HTTPStatus.CONFLICT, "reindex"),
    IndexInUse: Refusal(HTTPStatus.CONFLICT, "index"),
    UnknownFolder: Refusal(HTTPStatus.NOT_FOUND, "folder"),
    FolderUnderChange: Refusal(HTTPStatus.CONFLICT, "folder"),
    InapplicableFilter: Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "error_type"),
    Unauthenticated: Refusal(HTTPStatus.UNAUTHORIZED),
    Forbidden: Refusal(HTTPStatus.FORBIDDEN),
    # The field is the limit that it names.
    LimitReached: Refusal(HTTPStatus.TOO_MANY_REQUESTS),
    ModelUnavailable: Refusal(HTTPStatus.SERVICE_UNAVAILABLE),
    ConfigurationError: Refusal(HTTPStatus.INTERNAL_SERVER_ERROR),
    # What has no line of its own, by what it is of.
    TransientError: Refusal(HTTPStatus.SERVICE_UNAVAILABLE),
    PermanentError: Refusal(HTTPStatus.BAD_GATEWAY),
}


def status_of(error: type[Exception]) -> HTTPStatus:
    """The status of the answer to a request that met such an error."""
    for kind in error.__mro__:
        if kind in REFUSALS:
            return REFUSALS[kind].status
    return HTTPStatus.INTERNAL_SERVER_ERROR
