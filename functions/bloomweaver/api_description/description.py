"""What is said of a route, apart from what its models and the tables of roles and errors say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from bloomweaver.auth.routes import Route

JsonSchema = Mapping[str, Any]


class Tag(StrEnum):
    """What a route is about. Clients group routes by it."""

    DOCUMENTS = "Documents"
    SEARCH = "Search"
    CHATS = "Chats"
    RUNS = "Runs"
    LIVE = "Live messages"
    AUDIT = "Audit log"
    FAILURES = "Failures"
    INDEXES = "Vector indexes"
    UPKEEP = "Upkeep"
    SERVICE = "Service"


TAGS: Mapping[Tag, str] = {
    Tag.DOCUMENTS: "Send documents, and see where they stand.",
    Tag.SEARCH: "Find passages by meaning.",
    Tag.CHATS: "Ask questions, and have them answered from the documents.",
    Tag.RUNS: "See what the state machines did, and what they are at.",
    Tag.LIVE: "Learn what changes when it does.",
    Tag.AUDIT: "See who asked for which change.",
    Tag.FAILURES: "See what could not be done, and do it again.",
    Tag.INDEXES: "The vector indexes, and the way from one to the next.",
    Tag.UPKEEP: "Compare records, vector index and backups, make the index anew, and see how all of it works.",
    Tag.SERVICE: "The API itself.",
}


@dataclass(frozen=True)
class Described:
    """A parameter of a path, or a header of an answer."""

    schema: JsonSchema
    says: str


RUN = Described(
    {"type": "string", "minLength": 1, "maxLength": 80}, "The `id` in the answer of the request that started it."
)
"""A run, in a path."""


@dataclass(frozen=True)
class Success:
    """An answer that is no error."""

    says: str
    model: type[BaseModel] | None = None
    """What its JSON is."""
    content: Mapping[str, JsonSchema] = field(default_factory=dict)
    """Schemas by media type, where it is not the JSON of a model."""
    headers: Mapping[str, Described] = field(default_factory=dict)
    """Those that every answer of this kind has, beside the correlation id."""


@dataclass(frozen=True)
class Body:
    """A request's body."""

    model: type[BaseModel]
    optional: bool = False
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By what they do."""


@dataclass(frozen=True)
class RouteDescription:
    """A route of the API."""

    route: Route
    id: str
    """What clients that are generated call it."""
    tag: Tag
    summary: str
    successes: Mapping[HTTPStatus, Success]
    says: str = ""
    path: Mapping[str, Described] = field(default_factory=dict)
    """The parameters of its path."""
    query: type[BaseModel] | None = None
    body: Body | None = None
    raises: Sequence[type[Exception]] = ()
    """Errors of the core that it meets, beside those that a request without a valid body, query or caller gets, and the
    transient ones of the services that it asks."""
    refuses: Mapping[HTTPStatus, str] = field(default_factory=dict)
    """Why it gives an error that no class of errors stands for."""
    alone: bool = False
    """It asks no other service, so none can fail."""
