"""What the routes of chats are asked with."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bloomweaver.chats.message import Rating
from bloomweaver.models.request_fields import Folder, invalid
from bloomweaver.vector_stores.filters import InvalidFilter, parse

QUESTION_MAX_CHARACTERS = 8192
TITLE_MAX_CHARACTERS = 200
COMMENT_MAX_CHARACTERS = 2000
CURSOR_MAX_CHARACTERS = 1024


def _says_something(value: str) -> str:
    if not value.strip():
        raise ValueError("it is blank")
    if "\0" in value:
        raise ValueError("it has a NUL character")
    return value


def _filter(value: dict[str, Any]) -> dict[str, Any]:
    try:
        parse(value)
    except InvalidFilter as error:
        raise invalid("filter", str(error)) from error
    return value


Question = Annotated[str, Field(min_length=1, max_length=QUESTION_MAX_CHARACTERS), AfterValidator(_says_something)]
ChatTitle = Annotated[str, Field(min_length=1, max_length=TITLE_MAX_CHARACTERS), AfterValidator(_says_something)]
Filter = Annotated[dict[str, Any], AfterValidator(_filter)]


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NewChat(_Request):
    """The body of POST /chats."""

    title: ChatTitle | None = None
    """By default the start of the first question."""
    folder: Folder | None = None
    """Answers come from what is in this folder or below it. None is everything."""
    filter: Filter | None = None
    """A condition on metadata, as a search takes it."""


class ChatPatch(_Request):
    """The body of PATCH /chats/{id}. What is left out stays, and null removes."""

    title: ChatTitle | None = None
    folder: Folder | None = None
    filter: Filter | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise invalid("chat", "it changes nothing: name title, folder or filter")
        return self


class NewMessage(_Request):
    """The body of POST /chats/{id}/messages."""

    question: Question


class NoFields(_Request):
    """The body of a POST that says all by its path: none, or an empty object."""


class NewFeedback(_Request):
    """The body of POST /chats/{id}/messages/{message_id}/feedback."""

    rating: Annotated[Rating, Field(strict=False)]
    comment: Annotated[str, Field(min_length=1, max_length=COMMENT_MAX_CHARACTERS)] | None = None


class ChatsRequest(BaseModel):
    """The query parameters of GET /chats."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: ChatTitle | None = None
    """Words that titles have, capitals and small letters alike, or beginnings or other parts of words."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    """Chats in a page, at most."""
    cursor: Annotated[str, Field(min_length=1, max_length=CURSOR_MAX_CHARACTERS)] | None = None
    """The `next_cursor` of the page before."""


class MessagesRequest(BaseModel):
    """The query parameters of GET /chats/{id}/messages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=50)] = 20
    """Messages in a page, at most."""
    cursor: Annotated[str, Field(pattern="^[0-9]{6}$")] | None = None
    """The `next_cursor` of the page before."""
