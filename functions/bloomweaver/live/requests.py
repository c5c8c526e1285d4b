"""What the routes about live messages are asked with."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bloomweaver.errors import InvalidTopic
from bloomweaver.live.topics import Topic, TopicKind
from bloomweaver.models.request_fields import invalid

PATTERN = "^(documents|chats|folder:/.*|document:.+|operation:.+|chat:.+)$"


def checked_topic(text: str) -> str:
    """The topic in the form in which it is kept. Raises `PydanticCustomError`."""
    try:
        return str(Topic.parse(text))
    except InvalidTopic as error:
        raise invalid("topic", str(error)) from error


TopicText = Annotated[
    str,
    AfterValidator(checked_topic),
    Field(json_schema_extra={"pattern": PATTERN, "examples": ["documents", "folder:/guides/aws", "document:note-1"]}),
]


class ChangesRequest(BaseModel):
    """The query parameters of GET /changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: TopicText = TopicKind.DOCUMENTS.value
    """What to tell of: `documents`, `folder:/PATH` with all below it, `document:ID`, `operation:ID`, `chats` or
    `chat:ID`."""
    after: str | None = None
    """The `cursor` of the answer before. Without it nothing is told but a cursor to go on from."""
