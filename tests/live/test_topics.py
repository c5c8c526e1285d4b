"""Topics: how they are written, and which documents they are about."""

import pytest

from bloomweaver.chats.chat import owner_of
from bloomweaver.errors import InvalidTopic
from bloomweaver.live.connection import Connection
from bloomweaver.live.topics import Topic
from tests.live.documents import accepted
from tests.live.memory_live import Time

TIME = Time()


@pytest.mark.parametrize(
    "text", ["documents", "folder:/", "folder:/a/b", "document:a_b-C", "operation:reindex-1", "chats", "chat:c1"]
)
def test_a_topic_is_read_as_it_is_written(text: str) -> None:
    assert str(Topic.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "document", "documents:", "documents:x", "folder", "folder:", "folder:a", "folder:/a/", "folder:/a//b"),
        *("folder:/a/../b", "document:", "document:a b", f"document:{'x' * 129}", "operation:", "operation:a/b"),
        *(
            "chat:",
            "chat:a:b",
            "chats:",
            "chats:a",
            "thing:x",
            " documents",
            "DOCUMENTS",
            "folder:/" + "x" * 1024,
            "folder:/a\0",
        ),
    ],
)
def test_what_is_no_topic_is_refused(text: str) -> None:
    with pytest.raises(InvalidTopic):
        Topic.parse(text)


def test_folders_that_are_spelt_in_two_ways_are_one() -> None:
    assert Topic.parse("folder:/cafe\u0301") == Topic.parse("folder:/caf\u00e9")


def test_a_folder_is_about_what_is_in_it_and_below_it() -> None:
    record, since = accepted(None, TIME(), folder="/a/b"), TIME()
    about = {text: Topic.parse(text).is_about(record, since) for text in ("folder:/", "folder:/a", "folder:/a/b")}
    assert all(about.values())
    assert not Topic.parse("folder:/a/b/c").is_about(record, since)
    assert not Topic.parse("folder:/a/bc").is_about(record, since)


def test_a_folder_is_about_what_has_just_left_it() -> None:
    first = accepted(None, TIME.at(0), folder="/a/b")
    moved = accepted(first, TIME.at(1000), folder="/c")
    topic = Topic.parse("folder:/a")
    assert topic.is_about(moved, since=TIME.at(1000))
    assert not topic.is_about(moved, since=TIME.at(2000))
    deleted = accepted(moved, TIME.at(3000), delete=True)
    assert Topic.parse("folder:/c").is_about(deleted, since=TIME.at(2999))


@pytest.mark.parametrize("text", ["operation:one", "chats", "chat:one"])
def test_nothing_of_a_document_is_told_of_operations_and_chats(text: str) -> None:
    assert not Topic.parse(text).is_about(accepted(None, TIME(), "one"), TIME())


def test_a_chat_is_heard_by_its_owner_alone() -> None:
    chat, chats, documents = Topic.parse("chat:one"), Topic.parse("chats"), Topic.parse("documents")
    connection = Connection("c", "ada", TIME.at(0), TIME.at(60), TIME.at(0), frozenset({chat, chats, documents}))
    ada, eve = owner_of("ada"), owner_of("eve")
    assert connection.hears(documents)
    for private in (chat, chats):
        assert connection.hears(private, ada)
        assert not connection.hears(private, eve)
        assert not connection.hears(private)
    assert not connection.hears(Topic.parse("chat:two"), ada)
