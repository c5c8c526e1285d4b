"""What is told of chats that have changed, and of messages in them: ids and how they stand, to be read.

An answer that is being written its writer tells, since that one has the text: see `telling_answers`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.chats.ports import ChatTable, MessagePlace
from bloomweaver.live.connection import Connection
from bloomweaver.live.messages import AnswerMessage, ChatMessage, ChatStatus
from bloomweaver.live.topics import Topic, TopicKind
from bloomweaver.ports import Clock

CHATS = Topic(TopicKind.CHATS)


@dataclass(frozen=True)
class ChangedChats:
    """What the table of chats says has changed."""

    chats: frozenset[tuple[str, str]] = frozenset()
    """By owner and id."""
    messages: frozenset[MessagePlace] = frozenset()


@dataclass(frozen=True)
class News:
    """A message as JSON, and to whom it is told: those who watch the topic as the owner."""

    topic: Topic
    owner: str
    text: str


class ChatNews:
    """Makes the messages about chats."""

    def __init__(self, table: ChatTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def of(self, changed: ChangedChats, connections: Collection[Connection]) -> list[News]:
        """The messages that any of the connections hears. Of chats that nobody watches nothing is read. Raises
        `StorageUnavailable`."""
        return [*self._of_chats(changed, connections), *self._of_messages(changed, connections)]

    def _of_chats(self, changed: ChangedChats, connections: Collection[Connection]) -> Iterator[News]:
        for owner, chat_id in sorted(changed.chats):
            topics = [
                topic for topic in (CHATS, _topic(chat_id)) if any(each.hears(topic, owner) for each in connections)
            ]
            if not topics:
                continue
            chat = self._table.chat(owner, chat_id)
            for topic in topics:
                said = ChatMessage(
                    topic=str(topic),
                    at=chat.active_at if chat is not None else self._clock(),
                    revision=chat.revision if chat is not None else None,
                    chat_id=chat_id,
                    status=ChatStatus.OPEN if chat is not None else ChatStatus.DELETED,
                )
                yield News(topic, owner, said.to_json())

    def _of_messages(self, changed: ChangedChats, connections: Collection[Connection]) -> Iterator[News]:
        for place in sorted(changed.messages, key=lambda each: (each.owner, each.chat_id, each.message_id)):
            topic = _topic(place.chat_id)
            if not any(each.hears(topic, place.owner) for each in connections):
                continue
            message = self._table.message(place.owner, place.chat_id, place.message_id)
            # One that is gone went with its chat.
            if message is None or _is_being_written(message):
                continue
            said = AnswerMessage(
                topic=str(topic),
                at=message.updated_at,
                revision=message.revision,
                message_id=message.id,
                status=message.status,
                text=None,
            )
            yield News(topic, place.owner, said.to_json())


def _topic(chat_id: str) -> Topic:
    return Topic(TopicKind.CHAT, chat_id)


def _is_being_written(message: Message) -> bool:
    return message.status is MessageStatus.RUNNING and bool(message.parts)
