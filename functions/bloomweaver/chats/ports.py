"""What chats need from outside."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import Message


class AnswerTask(BaseModel):
    """All that a run of `answer` is given: ids."""

    model_config = ConfigDict(frozen=True)

    owner: str
    chat_id: str
    message_id: str
    attempt: int


@dataclass(frozen=True)
class ChatPage:
    """Some chats, and the cursor of the page after them if there is one."""

    chats: list[Chat]
    cursor: str | None


@dataclass(frozen=True)
class MessagePage:
    """Some messages of a chat, and the cursor of the page after them if there is one."""

    messages: list[Message]
    cursor: str | None


@dataclass(frozen=True)
class MessagePlace:
    """Where a message is."""

    owner: str
    chat_id: str
    message_id: str


@dataclass(frozen=True)
class RestNote:
    """What was noted of a message before anything was made of a document: that it may rest on it."""

    doc_hash: str
    place: MessagePlace


@dataclass(frozen=True)
class ChatItems:
    """Some of what the table has, of all owners, without what is over; and the cursor of the page after it if there is
    one."""

    messages: list[Message]
    notes: list[RestNote]
    seen: int
    """How many items it had, whatever they were."""
    cursor: str | None


class ChatTable(Protocol):
    """The table of chats. What belongs to another owner is not there. Raises `StorageUnavailable`.

    Reads are consistent, but for the list of chats, which may lag behind.
    """

    def chat(self, owner: str, chat_id: str) -> Chat | None:
        """The chat as it is now."""

    def chats(
        self, owner: str, limit: int, cursor: str | None, *, wanted: Callable[[Chat], bool], look_at: int
    ) -> ChatPage:
        """Those of the next so many chats of an owner that are wanted, the one that was active last first. Of more than
        `limit` the rest is on the next page. Raises `InvalidCursor`."""

    def put_chat(self, chat: Chat, replaces: Chat | None) -> bool:
        """Store `chat` if the stored one has the revision of `replaces` (none: there is none). False otherwise."""

    def message(self, owner: str, chat_id: str, message_id: str) -> Message | None:
        """The message as it is now."""

    def messages(
        self, owner: str, chat_id: str, limit: int, cursor: str | None, *, newest_first: bool = False
    ) -> MessagePage:
        """The messages of a chat in the order in which they were asked. A cursor is the id of the one before the
        page."""

    def put_message(self, message: Message, replaces: Message) -> bool:
        """Store `message` if the stored one has the revision of `replaces`. False otherwise, and if there is none."""

    def ask(self, chat: Chat, replaces: Chat, message: Message) -> bool:
        """Store the chat and its new message, both or none. False if the chat is not of the revision of `replaces`."""

    def note_rests(self, message: Message, rests_on: Mapping[str, int]) -> None:
        """Note that the message is about to rest on these documents, by id with the lowest version, in the place of
        what was noted of it and them before."""

    def resting_on(self, doc_hash: str, below: int) -> list[MessagePlace]:
        """Messages that were noted to rest on a version of the document below that: some of those that are not
        forgotten, none if there is none."""

    def forget_rest(self, doc_hash: str, below: int, place: MessagePlace) -> None:
        """Forget that a message rests on a version of the document below that."""

    def forget_rests(self, place: MessagePlace, doc_hashes: Iterable[str]) -> None:
        """Forget what was noted of a message that is not there any more."""

    def delete(self, owner: str, chat_id: str) -> None:
        """Remove the chat with all its messages. Repeating it is safe."""

    def running_since(self, before: str, most: int) -> list[MessagePlace]:
        """Messages that are being answered since before that time, so many at most, the oldest first. It may lag
        behind."""


class ChatItemsTable(Protocol):
    """The table of chats, looked through as a whole: what nobody is shown. Raises `StorageUnavailable`."""

    def scan(self, limit: int, cursor: str | None) -> ChatItems:
        """A page of everything (it may lag behind)."""

    def existing_chats(self, chats: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the chats, by owner and id, that are there."""

    def messages_at(self, places: Collection[MessagePlace]) -> dict[MessagePlace, Message]:
        """The messages that are at these places."""


class UsageTable(Protocol):
    """What was counted for owners. Raises `StorageUnavailable`."""

    def take_place(self, owner: str, minute: str, of: int) -> bool:
        """Take one of so many places of a minute. False where all are taken."""

    def tokens(self, owner: str, day: str) -> int:
        """How many tokens were counted for a day (consistent read)."""

    def add_tokens(self, owner: str, day: str, written: str, tokens: int) -> bool:
        """Add the tokens of what was `written` to those of a day. False where it was added before, to whichever day.
        Raises `RecordContended`."""


class AnswerRuns(Protocol):
    """The state machine of answers. Raises `StorageUnavailable`."""

    def start(self, name: str, task: AnswerTask) -> None:
        """Start the execution `name`; one that was started already is not started again."""


def place_of(message: Message) -> MessagePlace:
    """Where a message is."""
    return MessagePlace(message.owner, message.chat_id, message.id)


def task_of(message: Message) -> AnswerTask:
    """What the run of a message's latest attempt is given."""
    return AnswerTask(owner=message.owner, chat_id=message.chat_id, message_id=message.id, attempt=message.attempt)
