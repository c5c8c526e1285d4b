"""What is sent to those who watch: messages, in frames that are no larger than a connection carries at once."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bloomweaver.chats.message import MessageStatus
from bloomweaver.live.topics import Topic
from bloomweaver.models.record import DocumentRecord, ErrorDetail, Operation, Status
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.progress.notes import OperationNotes
from bloomweaver.progress.progress import Progress
from bloomweaver.progress.saying import of_operation

FRAME_MAX_BYTES = 32 * 1024
"""API Gateway carries so much in one frame, and counts each as a message."""
ENVELOPE_BYTES = 1024
"""Of a frame, for what is around its messages."""
ERROR_MAX_CHARACTERS = 1000


class DocumentMessage(BaseModel):
    """A document has changed, and is as this says. Of two messages about the same one the newer is that with the
    greater `revision`, and of equal ones that with the greater `step` of its `progress`."""

    model_config = ConfigDict(frozen=True)

    topic: str
    """Under which it is told. Whoever watches several that it belongs to gets it once for each."""
    type: Literal["document"] = "document"
    at: str
    """When it changed, or how far it is; ISO 8601, UTC."""
    revision: int
    """Counts the writes of the document's record."""
    doc_hash: str
    title: str | None
    folder: str
    """Where it is now: outside of a folder that is watched, if it has just left that. A deleted document is in `/`."""
    status: Status
    operation: Operation
    """The latest accepted one."""
    version: int
    """Of the latest accepted operation."""
    indexed_version: int
    """The only version that search shows; 0 is none."""
    progress: Progress | None = None
    """How far the latest operation is; null if it is over."""
    error: ErrorDetail | None = None
    """Why the latest operation failed."""

    @classmethod
    def of(cls, record: DocumentRecord, topic: Topic, progress: Progress | None = None) -> "DocumentMessage":
        """What is told of a document under a topic."""
        error = record.error
        if error is not None and len(error.message) > ERROR_MAX_CHARACTERS:
            error = error.model_copy(update={"message": f"{error.message[: ERROR_MAX_CHARACTERS - 3]}..."})
        return cls(
            topic=str(topic),
            at=max(record.updated_at, progress.at) if progress is not None else record.updated_at,
            revision=record.revision,
            doc_hash=record.doc_hash,
            title=record.title,
            folder=record.folder,
            status=record.status,
            operation=record.operation,
            version=record.version,
            # Not what lies in the index: that of a deleted document is no more to be told of from the deletion on.
            indexed_version=record.served_version,
            progress=progress,
            error=error,
        )

    def to_json(self) -> str:
        """As it is sent."""
        return _dumps(self.model_dump(mode="json"))


class AnswerMessage(BaseModel):
    """A message of a chat has changed: it was asked, its answer has gone on, was stopped or rated. Of two about the
    same one that with the greater `revision` is the newer."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    topic: str
    """`chat:` and the chat's id."""
    type: Literal["answer"] = "answer"
    at: str
    revision: int
    """Counts the writes of the message."""
    message_id: str
    status: MessageStatus
    text: str | None
    """What there is so far, as it may be shown at that moment. None where it is to be read: other than while an answer
    is written, and when it is longer than a frame."""

    def to_json(self) -> str:
        """As it is sent."""
        return _dumps(self.model_dump(mode="json"))


class ChatStatus(StrEnum):
    """What became of a chat."""

    OPEN = "open"
    DELETED = "deleted"
    """By its owner, or its time is over. No other chat will have its id."""


class ChatMessage(BaseModel):
    """A chat has changed: it was begun, asked, renamed, limited or deleted. What it is now is to be read."""

    model_config = ConfigDict(frozen=True)

    topic: str
    """`chats`, or `chat:` and the chat's id."""
    type: Literal["chat"] = "chat"
    at: str
    revision: int | None
    """Counts the writes of the chat. Null of a deleted one, after which nothing comes."""
    chat_id: str
    status: ChatStatus

    def to_json(self) -> str:
        """As it is sent."""
        return _dumps(self.model_dump(mode="json"))


class OperationMessage(BaseModel):
    """An operation on many documents is as far as this says. Of two messages about the same one the newer is that with
    the greater `revision`."""

    model_config = ConfigDict(frozen=True)

    topic: str
    type: Literal["operation"] = "operation"
    at: str
    """When it was as far; ISO 8601, UTC."""
    revision: int
    """Counts what was noted of it."""
    id: str
    """As the answer to its start has it."""
    state_machine: StateMachine
    status: RunStatus
    progress: Progress | None = None
    """Null if it is over."""
    error_type: str | None = None
    """What its end is called, if it did not succeed."""

    @classmethod
    def of(cls, notes: OperationNotes, topic: Topic) -> "OperationMessage":
        """What is told of an operation under its topic."""
        return cls(
            topic=str(topic),
            at=notes.at,
            revision=notes.step,
            id=notes.id,
            state_machine=notes.machine,
            status=notes.status,
            progress=of_operation(notes),
            error_type=notes.error_type,
        )

    def to_json(self) -> str:
        """As it is sent."""
        return _dumps(self.model_dump(mode="json"))


Message = DocumentMessage | OperationMessage


class FrameError(BaseModel):
    """Why something that was sent is not done, or why the connection ends."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    """In words for people."""


class Frame(BaseModel):
    """What a connection carries at once, beside its messages. What has nothing to say is left out."""

    model_config = ConfigDict(frozen=True)

    cursor: str | None
    """How far the connection has been told what changed, by the answers to its pings. None before it watches
    anything."""
    answer: str | None = None
    """The action that it is an answer to; none of what comes by itself."""
    topic: str | None = None
    """That the answer is about."""
    more: bool = False
    """There is more after the cursor: ping again at once."""
    reload: bool = False
    """The cursor was too old: load what is shown anew, and go on from this one."""
    ends_at: str | None = None
    """When the connection ends, unless it is renewed."""
    error: FrameError | None = None

    def to_json(self, messages: Iterable[str] = ()) -> str:
        """As it is sent, with messages that are JSON already."""
        said = self.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
        envelope = _dumps({"cursor": self.cursor, **said})
        return f'{{"messages":[{",".join(messages)}],{envelope[1:]}'


def pack(messages: Iterable[str]) -> list[list[str]]:
    """Messages, as JSON, in their order and in as few frames as they fit into. Without any there is no frame."""
    packed: list[list[str]] = []
    room = 0
    for message in messages:
        size = len(message.encode()) + len(",")
        if size > room:
            packed.append([])
            room = FRAME_MAX_BYTES - ENVELOPE_BYTES
        packed[-1].append(message)
        room -= size
    return packed


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
