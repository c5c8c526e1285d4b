"""What a client may send over its connection: one JSON object, with an `action`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, TypeAdapter, ValidationError

from bloomweaver.errors import InvalidCursor
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.requests import TopicText
from bloomweaver.models.request_fields import invalid
from bloomweaver.request_body import MalformedBody, parse

ACTION_MAX_BYTES = 8 * 1024
ACTIONS = ("subscribe", "unsubscribe", "ping", "renew")


class NotUnderstood(Exception):
    """What was sent is no action. The message is for the client."""


def _cursor(text: str) -> str:
    try:
        return str(Cursor.parse(text))
    except InvalidCursor as error:
        raise invalid("cursor", str(error)) from error


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Subscribe(_Action):
    """Watch a topic too."""

    action: Literal["subscribe"]
    topic: TopicText
    after: Annotated[str, AfterValidator(_cursor)] | None = None
    """What the client has been told of it before, over another connection."""


class Unsubscribe(_Action):
    """Watch a topic no more."""

    action: Literal["unsubscribe"]
    topic: TopicText


class Ping(_Action):
    """Ask what changed."""

    action: Literal["ping"]
    after: Annotated[str, AfterValidator(_cursor)] | None = None
    """None is where the connection has been told up to."""


class Renew(_Action):
    """Let the connection last as long as another token."""

    action: Literal["renew"]
    ticket: str


Action = Subscribe | Unsubscribe | Ping | Renew
_ACTION: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Discriminator("action")])


def read(text: str) -> Action:
    """The action that was sent. Raises `NotUnderstood`."""
    data = text.encode(errors="replace")
    if len(data) > ACTION_MAX_BYTES:
        raise NotUnderstood(f"it has {len(data)} bytes; {ACTION_MAX_BYTES} are the most")
    try:
        return _ACTION.validate_python(parse(data, ACTION_MAX_BYTES))
    except MalformedBody as error:
        raise NotUnderstood(str(error)) from error
    except ValidationError as error:
        raise NotUnderstood(_first(error)) from error


def _first(error: ValidationError) -> str:
    """What is wrong first, without what was sent: that may be a ticket."""
    [first, *_] = error.errors(include_url=False, include_input=False, include_context=False)
    if first["type"].startswith("union_tag"):
        return f"an action is one of {', '.join(ACTIONS)}"
    field = ".".join(str(part) for part in first["loc"][1:])
    return f"{field}: {first['msg']}"
