"""A chat: the questions of one subject, and where their answers are looked for."""

import hashlib
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

SERIAL_DIGITS = 6
_CHAT_ID = re.compile("[0-9a-f]{32}")
_MESSAGE_ID = re.compile(f"[0-9]{{{SERIAL_DIGITS}}}")


class Chat(BaseModel):
    """A chat. It is replaced as a whole, on the condition that its `revision` is the one that was read."""

    # No error tells what is in it.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    owner: str
    """Whose it is: see `owner_of`."""
    id: str
    revision: int = Field(default=1, ge=1)
    title: str | None = None
    folder: str | None = None
    """Answers come from what is in this folder or below it. None is everything."""
    filter: dict[str, Any] | None = None
    """A condition on metadata that documents have to pass."""
    serial: int = Field(default=0, ge=0)
    """How many questions were asked."""
    created_at: str
    active_at: str
    """When it was last asked or changed."""
    expires_at: int
    """In seconds since 1970. The table may give it for longer."""

    @property
    def latest(self) -> str | None:
        """The id of the question that was asked last."""
        return message_id(self.serial) if self.serial else None


def owner_of(subject: str) -> str:
    """Under which name the chats of a subject are kept: a digest, since the name goes where no person's should."""
    return hashlib.sha256(subject.encode()).hexdigest()[:32]


def message_id(serial: int) -> str:
    """The id of the question `serial` (from 1) of a chat: sorts as text."""
    return f"{serial:0{SERIAL_DIGITS}d}"


def is_chat_id(text: str) -> bool:
    """Whether a chat may have this id."""
    return _CHAT_ID.fullmatch(text) is not None


def is_message_id(text: str) -> bool:
    """Whether a message may have this id."""
    return _MESSAGE_ID.fullmatch(text) is not None
