"""What the routes of chats answer."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import Failure, Feedback, MessageStatus, Used


class CitationState(StrEnum):
    """How the version of a document stands that is cited."""

    CURRENT = "current"
    """It is served."""
    SUPERSEDED = "superseded"
    """It is not, and was not deleted: another version is served, or will be."""
    WITHDRAWN = "withdrawn"
    """It was deleted. A document of the same id that was sent later is another one."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class ChatStarted(_Answer):
    """A chat that was made."""

    chat_id: str


class ChatDeleted(_Answer):
    """A chat that is gone, with all that was asked and answered in it."""

    chat_id: str


class ShownChat(_Answer):
    """A chat."""

    chat_id: str
    title: str | None
    """The start of the first question, where nobody gave one. None before there is a question."""
    folder: str | None
    filter: dict[str, Any] | None
    messages: int
    """How many questions were asked."""
    created_at: str
    active_at: str
    """When it was last asked or changed."""

    @classmethod
    def of(cls, chat: Chat) -> "ShownChat":
        """The chat as its owner sees it."""
        return cls(
            chat_id=chat.id,
            title=chat.title,
            folder=chat.folder,
            filter=chat.filter,
            messages=chat.serial,
            created_at=chat.created_at,
            active_at=chat.active_at,
        )


class ChatList(_Answer):
    """A page of one's own chats, the one that was active last first."""

    chats: list[ShownChat]
    next_cursor: str | None


class MessageAccepted(_Answer):
    """A question that is being answered."""

    chat_id: str
    message_id: str


class Citation(_Answer):
    """A passage that an answer cites, as it stands now."""

    number: int
    """As it stands in the text, in square brackets; from 1."""
    doc_hash: str
    version: int
    chunk_id: str
    state: CitationState
    title: str | None = None
    """Of the document, while that version is served."""
    heading: str | None = None
    quote: str | None = None
    """What is cited, while that version is served: the sentence that was quoted, or the passage that the model was
    given."""
    at: list[int]
    """Where it stands in the text, in code points."""


class ShownMessage(_Answer):
    """A question with its answer, checked as it is read."""

    chat_id: str
    message_id: str
    status: MessageStatus
    question: str
    text: str
    """The answer, or what there is of it so far. Citations stand in it as numbers in square brackets. Empty where it is
    withheld."""
    citations: list[Citation]
    rests_on_superseded: bool
    """Whether a document that the answer was made from has another version now, cited or not."""
    generator: str | None
    """What wrote it."""
    attempt: int
    """How often an answer was asked for."""
    used: Used | None
    """What it took, where the generator said so."""
    error: Failure | None
    """Why there is no whole answer."""
    feedback: Feedback | None
    asked_at: str
    started_at: str
    """Of the latest attempt."""
    ended_at: str | None


class MessageList(_Answer):
    """A page of a chat's messages, in the order in which they were asked."""

    messages: list[ShownMessage]
    next_cursor: str | None


class PromptMessage(_Answer):
    """A part of a prompt, as chat models take it."""

    role: Literal["system", "user", "assistant"]
    content: str


class GivenPassage(_Answer):
    """A passage that an answer was made from, cited or not."""

    key: str
    """What it is called in the prompt."""
    doc_hash: str
    version: int
    chunk_id: str
    state: CitationState
    """`current`, or `superseded`: then its text is not in the prompt as it is shown."""
    title: str | None
    """Of the document, while that version is served."""


class ShownPrompt(_Answer):
    """What an answer was made from, put together as it is served now."""

    chat_id: str
    message_id: str
    generator: str | None
    """What wrote the answer. `extractive` quotes passages and is given no prompt."""
    messages: list[PromptMessage]
    """The prompt. Empty where none was written: by `extractive`, where no passage was found, and until the model has
    written something."""
    passages: list[GivenPassage]
    """The best first."""
    whole: bool
    """Whether the prompt is shown with all that was in it. It is not where a version is served no more, or an earlier
    answer of the chat was made anew since."""
