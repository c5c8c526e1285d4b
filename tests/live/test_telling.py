"""Telling: everybody who watches gets what concerns them, and nobody keeps another one waiting."""

from dataclasses import replace
from typing import Any

import pytest

from bloomweaver.errors import LiveUnavailable
from bloomweaver.live.chat_news import ChatNews
from bloomweaver.live.connection import SILENT_SECONDS, Connection
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.ports import Delivery
from bloomweaver.live.telling import Telling, Told
from bloomweaver.live.topics import Topic
from bloomweaver.models.record import Operation, Status
from bloomweaver.models.run import StateMachine
from bloomweaver.progress.notes import Attempt, Cut, Part, Step
from bloomweaver.progress.progress import ProgressUnit
from tests.chats.memory_chats import MemoryChats
from tests.live.documents import LaggingRecords, accepted, goes_on
from tests.live.memory_live import MemoryConnections, MemoryPoster, Time
from tests.progress.memory_progress import MemoryDepths, MemoryProgress, reading


class World:
    """Who tells, and what is around."""

    def __init__(self) -> None:
        self.time = Time(10_000.0)
        self.records = LaggingRecords(time=self.time)
        self.connections = MemoryConnections()
        self.progress = MemoryProgress(self.time)
        self.depths = MemoryDepths()
        self.poster = MemoryPoster()
        self.telling = Telling(
            self.connections,
            self.records,
            reading(self.time, self.progress, self.depths),
            ChatNews(MemoryChats(), self.time),
            self.poster,
            self.time,
        )

    def watch(self, id: str, *topics: str) -> Connection:
        now = self.time()
        connection = Connection(
            id=id,
            subject="ada",
            opened_at=now,
            ends_at=self.time.at(self.time.seconds + 3600),
            pinged_at=now,
            topics=frozenset(map(Topic.parse, topics)),
            cursor=Cursor.before(now) if topics else None,
        )
        self.connections.open(connection)
        return connection

    def change(self, doc_hash: str, folder: str | None = None, *, delete: bool = False) -> Told:
        """Accept another operation on a document, and tell it."""
        self.time.seconds += 1
        current = self.records.get(doc_hash)
        self.records.write(accepted(current, self.time(), doc_hash, folder=folder, delete=delete))
        return self.telling.tell([doc_hash])

    def took(self, id: str) -> list[tuple[str, str, int]]:
        """Topic, document and revision of each message that came to a connection."""
        return [(m["topic"], m["doc_hash"], m["revision"]) for m in self.messages(id)]

    def messages(self, id: str) -> list[dict[str, Any]]:
        return [message for frame in self.poster.take(id) for message in frame["messages"]]


@pytest.fixture
def world() -> World:
    return World()


def test_nobody_watching_costs_one_small_read(world: World) -> None:
    told = world.change("doc")
    assert told == Told(0)
    assert (world.connections.reads, world.records.many) == (1, [])


def test_who_watches_nothing_yet_has_no_record_read(world: World) -> None:
    world.watch("c1")
    assert world.change("doc") == Told(1)
    assert world.records.many == []


def test_each_is_told_what_it_watches(world: World) -> None:
    world.watch("all", "documents")
    world.watch("a", "folder:/a")
    world.watch("one", "document:one", "document:three")
    world.watch("both", "documents", "folder:/a")
    world.change("one", "/a/b")
    world.change("two", "/c")
    assert world.took("all") == [("documents", "one", 1), ("documents", "two", 1)]
    assert world.took("a") == [("folder:/a", "one", 1)]
    assert world.took("one") == [("document:one", "one", 1)]
    assert sorted(world.took("both")) == [
        ("documents", "one", 1),
        ("documents", "two", 1),
        ("folder:/a", "one", 1),
    ]


def test_what_leaves_a_folder_is_told_where_it_was_and_where_it_is(world: World) -> None:
    world.watch("a", "folder:/a")
    world.watch("c", "folder:/c")
    world.change("doc", "/a/b")
    world.poster.take("a")
    world.change("doc", "/c")
    [left] = world.messages("a")
    assert (left["topic"], left["folder"]) == ("folder:/a", "/c")
    assert world.took("c") == [("folder:/c", "doc", 2)]


def test_a_deleted_document_is_told_where_it_was(world: World) -> None:
    world.watch("a", "folder:/a")
    world.change("doc", "/a/b")
    world.poster.take("a")
    world.change("doc", delete=True)
    [deleted] = world.messages("a")
    assert (deleted["status"], deleted["title"], deleted["indexed_version"]) == ("deleting", None, 0)


def test_what_left_before_the_last_ping_is_told_there_no_more(world: World) -> None:
    world.change("doc", "/a")
    world.change("doc", "/c")
    world.time.seconds += 3600
    world.watch("a", "folder:/a")
    world.change("doc")
    assert world.took("a") == []


def test_a_flood_is_folded_to_the_newest_of_each_document(world: World) -> None:
    world.watch("all", "documents")
    names = ["one", "two", "three"]
    for _ in range(50):
        for name in names:
            world.time.seconds += 0.01
            world.records.write(accepted(world.records.get(name), world.time(), name))
    world.telling.tell(names * 50)
    assert world.took("all") == [("documents", name, 50) for name in names]


def test_what_is_told_is_what_the_document_is_by_then(world: World) -> None:
    world.watch("all", "documents")
    world.records.write(accepted(None, world.time.at(1), "doc"))
    world.records.write(goes_on(world.records.records["doc"], Status.PROCESSING, world.time.at(2)))
    world.records.write(accepted(world.records.get("doc"), world.time.at(3), "doc", delete=True))
    world.telling.tell(["doc", "doc", "doc"])
    [message] = world.messages("all")
    assert (message["revision"], message["title"]) == (3, None)


def test_a_document_that_is_not_there_is_not_told(world: World) -> None:
    world.watch("all", "documents")
    assert world.telling.tell(["nobody"]) == Told(1)


def test_a_message_says_from_where_a_ping_would_go_on(world: World) -> None:
    connection = world.watch("all", "documents")
    world.change("doc")
    [frame] = world.poster.take("all")
    assert frame["cursor"] == str(connection.cursor), "and not further, since one before it may be lost"
    assert "answer" not in frame


def test_a_connection_that_is_gone_is_forgotten(world: World) -> None:
    world.watch("gone", "documents")
    world.watch("here", "documents")
    world.poster.becomes["gone"] = Delivery.GONE
    assert world.change("doc") == Told(connections=2, told=1, gone=1)
    assert set(world.connections.connections) == {"here"}


def test_who_takes_nothing_keeps_nobody_waiting(world: World) -> None:
    world.watch("full", "documents")
    world.watch("here", "documents")
    world.poster.becomes["full"] = Delivery.MISSED
    assert world.change("doc") == Told(connections=2, told=1, missed=1)
    assert world.took("here") == [("documents", "doc", 1)]
    assert set(world.connections.connections) == {"full", "here"}, "it may ask for what it missed"


def test_where_nobody_can_be_told_it_is_to_be_tried_again(world: World) -> None:
    for id in ("c1", "c2"):
        world.watch(id, "documents")
        world.poster.becomes[id] = Delivery.MISSED
    with pytest.raises(LiveUnavailable):
        world.change("doc")
    world.poster.becomes.clear()
    world.telling.tell(["doc"])
    assert world.took("c1") == world.took("c2") == [("documents", "doc", 1)]


def test_who_may_not_read_any_more_gets_nothing_and_is_ended(world: World) -> None:
    over = world.watch("over", "documents")
    world.watch("here", "documents")
    world.connections.open(replace(over, ends_at=world.time()))
    assert world.change("doc") == Told(connections=2, told=1, ended=1)
    [frame] = world.poster.take("over")
    assert (frame["messages"], frame["error"]["code"]) == ([], "over")
    assert world.poster.ended == ["over"]
    assert set(world.connections.connections) == {"here"}


def test_one_connection_too_many_is_ended_with_the_first_change(world: World) -> None:
    late = world.watch("late", "documents")
    world.connections.open(replace(late, is_one_too_many=True))
    assert world.change("doc") == Told(connections=1, ended=1)
    [frame] = world.poster.take("late")
    assert (frame["messages"], frame["error"]["code"]) == ([], "too_many_connections")


def test_who_does_not_ping_is_given_up(world: World) -> None:
    world.watch("silent", "documents")
    world.time.seconds += SILENT_SECONDS + 1
    world.watch("here", "documents")
    assert world.change("doc") == Told(connections=2, told=1, ended=1)
    [frame] = world.poster.take("silent")
    assert frame["messages"] == []
    assert "no ping" in frame["error"]["detail"]


def test_many_documents_come_in_frames_that_a_connection_carries(world: World) -> None:
    world.watch("all", "documents")
    names = [f"document-{number}" for number in range(300)]
    for name in names:
        world.records.write(accepted(None, world.time(), name))
    world.telling.tell(names)
    frames = world.poster.take("all")
    assert len(frames) > 1
    assert sorted(m["doc_hash"] for frame in frames for m in frame["messages"]) == sorted(names)


# How far something is -------------------------------------------------------------------------------------------------


def begin(world: World, doc_hash: str) -> None:
    """A run takes a document in hand."""
    world.change(doc_hash)
    record = goes_on(world.records.records[doc_hash], Status.PROCESSING, world.time())
    world.records.write(record.model_copy(update={"execution_arn": "arn"}))
    world.progress.cut(Attempt(doc_hash, 1, 0), Cut("index", 64, 0))


def test_each_batch_is_told_with_the_same_revision_and_another_step(world: World) -> None:
    world.watch("all", "documents")
    begin(world, "doc")
    world.poster.take("all")
    for batch in range(2):
        world.time.seconds += 1
        world.progress.embedded(Attempt("doc", 1, 0), "index", Part(str(batch), 32))
        world.telling.tell(["doc"])
    first, second = world.messages("all")
    assert (first["revision"], first["progress"]["done"]) == (second["revision"], 32)
    assert second["progress"]["done"] == 64
    assert second["progress"]["step"] > first["progress"]["step"]
    assert second["at"] == world.time() > first["at"]


def test_with_nobody_watching_neither_notes_nor_queues_are_read(world: World) -> None:
    begin(world, "doc")
    world.change("waits")
    world.progress.step("one", Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 1, 2))
    assert world.telling.tell(["doc", "waits"], ["one"]) == Told(0)
    assert (world.progress.reads, world.depths.asked) == (0, [])


def test_an_operation_is_read_where_somebody_watches_it_and_told_to_them_alone(world: World) -> None:
    world.watch("all", "documents")
    world.watch("one", "operation:one")
    for name in ("one", "other"):
        world.progress.step(name, Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 1, 2))
    assert world.telling.tell([], ["other"]) == Told(2)
    assert world.progress.reads == 0
    assert world.telling.tell([], ["one", "other"]) == Told(2, told=1)
    [message] = world.messages("one")
    assert (message["id"], message["progress"]["done"], message["progress"]["of"]) == ("one", 1, 2)


def test_what_waits_is_told_with_how_many_do(world: World) -> None:
    world.depths.depths[Operation.CREATE] = 17
    world.watch("all", "documents")
    world.change("doc")
    [message] = world.messages("all")
    assert (message["progress"]["state"], message["progress"]["waiting"]) == ("queued", 17)
