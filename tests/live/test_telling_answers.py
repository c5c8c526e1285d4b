"""How far an answer is, as it is told: to its owner alone, in what a frame holds, never in the way of the answer."""

from typing import Any

import pytest

from bloomweaver.chats.chat import owner_of
from bloomweaver.chats.message import Message
from bloomweaver.errors import StorageUnavailable, TransientError
from bloomweaver.live.connection import Connection
from bloomweaver.live.messages import FRAME_MAX_BYTES
from bloomweaver.live.telling_answers import AnswerTelling
from bloomweaver.live.topics import Topic
from tests.live.memory_live import MemoryConnections, MemoryPoster, Time

CHAT = "0" * 32
AT = "2026-01-01T00:00:00.000000+00:00"


def message() -> Message:
    """A message of ada's that is being answered."""
    times = {"asked_at": AT, "started_at": AT, "updated_at": AT}
    return Message(
        owner=owner_of("ada"),
        chat_id=CHAT,
        id="000001",
        revision=7,
        question="Where?",
        expires_at=1,
        **times,
    )


class Watched:
    """Connections by name, and what they are told."""

    def __init__(self) -> None:
        self.time = Time()
        self.connections = MemoryConnections()
        self.poster = MemoryPoster()
        self.errors: list[TransientError] = []
        self.text = "so far"

    def connect(self, id: str, subject: str, topic: str = f"chat:{CHAT}", ends: float = 60.0) -> None:
        topics = frozenset({Topic.parse(topic)})
        now = self.time.at(0)
        self.connections.open(Connection(id, subject, now, self.time.at(ends), now, topics))

    def telling(self) -> AnswerTelling:
        return AnswerTelling(self.connections, self.poster, self.time, self.errors.append, lambda _: self.text)

    def told(self, id: str) -> list[dict[str, Any]]:
        return [said for frame in self.poster.take(id) for said in frame["messages"]]


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_an_answer_is_told_to_its_owner_alone(watched: Watched) -> None:
    watched.connect("mine", "ada")
    watched.connect("other", "eve")
    watched.connect("elsewhere", "ada", f"chat:{'1' * 32}")
    watched.connect("documents", "ada", "documents")
    watched.connect("over", "ada", ends=-1.0)
    watched.telling().tell(message())
    assert watched.told("mine") == [
        {
            **{"topic": f"chat:{CHAT}", "type": "answer", "at": AT, "revision": 7, "message_id": "000001"},
            **{"status": "running", "text": "so far"},
        }
    ]
    for other in ("other", "elsewhere", "documents", "over"):
        assert watched.told(other) == []


def test_with_nobody_watching_nothing_is_read_or_posted(watched: Watched) -> None:
    def show(_: Message) -> str:
        raise AssertionError("nobody asked")

    watched.connect("other", "eve")
    AnswerTelling(watched.connections, watched.poster, watched.time, watched.errors.append, show).tell(message())
    assert watched.told("other") == []


def test_what_is_longer_than_a_frame_is_to_be_read(watched: Watched) -> None:
    watched.connect("mine", "ada")
    watched.text = "\u6f6e" * FRAME_MAX_BYTES
    watched.telling().tell(message())
    [said] = watched.told("mine")
    assert said["text"] is None


def test_an_answer_does_not_fail_with_who_cannot_be_told(watched: Watched) -> None:
    def down(_: Message) -> str:
        raise StorageUnavailable("no records today")

    watched.connect("mine", "ada")
    AnswerTelling(watched.connections, watched.poster, watched.time, watched.errors.append, down).tell(message())
    assert [type(error) for error in watched.errors] == [StorageUnavailable]
    assert watched.told("mine") == []
