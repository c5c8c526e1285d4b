"""What is told of chats: to their owner alone, as they are by then, and nothing of what stands in them."""

import json
from typing import Any

import pytest

from bloomweaver.chats.chat import Chat, owner_of
from bloomweaver.chats.message import Message, MessageStatus, Words
from bloomweaver.chats.ports import MessagePlace
from bloomweaver.live.chat_news import ChangedChats, ChatNews
from bloomweaver.live.connection import Connection
from bloomweaver.live.telling import Telling
from bloomweaver.live.topics import Topic
from tests.chats.memory_chats import MemoryChats
from tests.live.documents import LaggingRecords
from tests.live.memory_live import MemoryConnections, MemoryPoster, Time
from tests.progress.memory_progress import MemoryDepths, MemoryProgress, reading

CHAT, OTHER = "0" * 32, "1" * 32
AT = "2026-01-01T00:00:00.000000+00:00"
ADA = owner_of("ada")


class UnreadChats(MemoryChats):
    """Chats that nobody may read."""

    def chat(self, owner: str, chat_id: str) -> Chat | None:
        raise AssertionError("nobody watches it")

    def message(self, owner: str, chat_id: str, message_id: str) -> Message | None:
        raise AssertionError("nobody watches it")


class World:
    """A chat of ada's, and connections."""

    def __init__(self, chats: MemoryChats | None = None) -> None:
        self.time = Time()
        self.chats = chats or MemoryChats()
        self.connections = MemoryConnections()
        self.poster = MemoryPoster()
        progress = reading(self.time, MemoryProgress(self.time), MemoryDepths())
        news = ChatNews(self.chats, self.time)
        records = LaggingRecords(time=self.time)
        self.telling = Telling(self.connections, records, progress, news, self.poster, self.time)
        times = {"created_at": AT, "active_at": AT}
        self.chats.all_chats[ADA, CHAT] = Chat(
            owner=ADA, id=CHAT, revision=3, title="Secretxyzzy", expires_at=1, **times
        )

    def connect(self, id: str, subject: str, *topics: str) -> None:
        now = self.time()
        watched = frozenset(map(Topic.parse, topics))
        self.connections.open(Connection(id, subject, now, self.time.at(60), now, watched))

    def keep(self, status: MessageStatus = MessageStatus.COMPLETE, *, written: str = "") -> MessagePlace:
        """A message of the chat, in which that is written."""
        message = Message(
            owner=ADA,
            chat_id=CHAT,
            id="000001",
            revision=7,
            question="Secretxyzzy?",
            status=status,
            parts=(Words(text=written),) if written else (),
            asked_at=AT,
            started_at=AT,
            updated_at=AT,
            expires_at=1,
        )
        self.chats.all_messages[ADA, CHAT, "000001"] = message
        return MessagePlace(ADA, CHAT, "000001")

    def tell(self, *, chat: str | None = None, message: MessagePlace | None = None, owner: str = ADA) -> None:
        chats = frozenset({(owner, chat)} if chat else ())
        self.telling.tell((), (), ChangedChats(chats, frozenset({message} if message else ())))

    def told(self, id: str) -> list[dict[str, Any]]:
        return [said for frame in self.poster.take(id) for said in frame["messages"]]


@pytest.fixture
def world() -> World:
    return World()


def test_a_chat_is_told_of_to_its_owner_alone(world: World) -> None:
    world.connect("chat", "ada", f"chat:{CHAT}")
    world.connect("list", "ada", "chats")
    world.connect("both", "ada", "chats", f"chat:{CHAT}", f"chat:{OTHER}")
    world.connect("another", "ada", f"chat:{OTHER}", "documents")
    world.connect("eve", "eve", "chats", f"chat:{CHAT}")
    world.tell(chat=CHAT)
    said = {"type": "chat", "at": AT, "revision": 3, "chat_id": CHAT, "status": "open"}
    assert world.told("chat") == [{"topic": f"chat:{CHAT}", **said}]
    assert world.told("list") == [{"topic": "chats", **said}]
    assert [each["topic"] for each in world.told("both")] == ["chats", f"chat:{CHAT}"]
    assert world.told("another") == world.told("eve") == []


def test_a_chat_that_is_gone_is_told_of_as_deleted(world: World) -> None:
    world.connect("list", "ada", "chats")
    world.connect("eve", "eve", "chats")
    del world.chats.all_chats[ADA, CHAT]
    world.time.seconds = 5
    world.tell(chat=CHAT)
    [said] = world.told("list")
    assert (said["status"], said["revision"], said["at"]) == ("deleted", None, world.time())
    assert world.told("eve") == []


@pytest.mark.parametrize("status", MessageStatus)
def test_a_message_is_told_of_to_who_watches_its_chat(world: World, status: MessageStatus) -> None:
    world.connect("chat", "ada", f"chat:{CHAT}")
    world.connect("list", "ada", "chats")
    world.connect("eve", "eve", f"chat:{CHAT}", "chats")
    world.tell(message=world.keep(status))
    assert world.told("chat") == [
        {
            **{"topic": f"chat:{CHAT}", "type": "answer", "at": AT, "revision": 7, "message_id": "000001"},
            **{"status": status, "text": None},
        }
    ]
    assert world.told("list") == world.told("eve") == []


def test_what_is_being_written_its_writer_tells(world: World) -> None:
    world.connect("chat", "ada", f"chat:{CHAT}")
    world.tell(message=world.keep(MessageStatus.RUNNING, written="The tide"))
    assert world.told("chat") == []
    world.tell(message=world.keep(MessageStatus.COMPLETE, written="The tide"))
    assert [each["status"] for each in world.told("chat")] == ["complete"]


def test_of_a_message_that_went_with_its_chat_nothing_is_told(world: World) -> None:
    world.connect("chat", "ada", f"chat:{CHAT}")
    world.tell(message=MessagePlace(ADA, CHAT, "000009"))
    assert world.told("chat") == []


def test_nothing_that_stands_in_a_chat_is_told(world: World) -> None:
    world.connect("chat", "ada", f"chat:{CHAT}", "chats")
    world.tell(chat=CHAT, message=world.keep())
    told = world.told("chat")
    assert len(told) == 3
    assert "xyzzy" not in json.dumps(told)


def test_what_nobody_watches_is_not_read() -> None:
    world = World(UnreadChats())
    world.connect("eve", "eve", "chats", f"chat:{CHAT}")
    world.connect("another", "ada", f"chat:{OTHER}")
    world.tell(chat=CHAT, message=world.keep())
    assert world.told("eve") == world.told("another") == []
