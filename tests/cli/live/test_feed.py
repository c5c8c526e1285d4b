"""The feed of live messages: whatever happens to connections, each change comes once, and the last one always."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest

from bloomweaver.clock import now
from bloomweaver.live.cursor import Cursor
from cli.answers import LiveTicket
from cli.client import ApiError
from cli.live import conversation
from cli.live.events import CaughtUp, Event, LiveError, Noted, Told, Watching
from cli.live.feed import Feed
from cli.live.known import Known
from tests.cli.fake_live import FakeLive, serve_live
from tests.e2e.waiting import wait_for
from tests.fakes import MemoryRecords
from tests.live.documents import accepted

SECONDS = 20.0
PAUSES = (0.01,)


@pytest.fixture
def live() -> Iterator[FakeLive]:
    with serve_live(MemoryRecords()) as running:
        yield running


class Reader:
    """Reads a feed in a thread of its own."""

    def __init__(self, feed: Feed) -> None:
        self._events: queue.Queue[Event | Exception] = queue.Queue()
        self.notes: list[str] = []
        self._thread = threading.Thread(target=self._read, args=[feed], daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the feed has ended."""
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def _read(self, feed: Feed) -> None:
        try:
            for event in feed.events():
                self._events.put(event)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self._events.put(error)

    def event(self) -> Event:
        """The next event that says something of what changed."""
        while True:
            event = self._events.get(timeout=SECONDS)
            if isinstance(event, Exception):
                raise event
            if isinstance(event, Noted):
                self.notes.append(event.text)
            elif not isinstance(event, CaughtUp):
                return event

    def message(self) -> tuple[str, int]:
        """Document and revision of the next message."""
        event = self.event()
        assert isinstance(event, Told), event
        return event.message["doc_hash"], event.message["revision"]

    @property
    def is_empty(self) -> bool:
        return self._events.empty()


@pytest.fixture
def reader(live: FakeLive) -> Iterator[Callable[..., Reader]]:
    """Begins to watch, and returns once it does."""
    readers: list[Reader] = []
    over = threading.Event()

    def begin(*topics: str, ticket: Callable[[], LiveTicket] | None = None, **more: Any) -> Reader:
        def ticket_until_over() -> LiveTicket:
            if over.is_set():
                raise ApiError("the test is over", status=403)
            return (ticket or ticket_of(live))()

        feed = Feed(ticket_until_over, topics or ["documents"], **{"pauses": PAUSES, **more})
        reading = Reader(feed)
        readers.append(reading)
        assert reading.event() == Watching()
        return reading

    yield begin
    # One that went on would ask whatever has the port next for a connection.
    over.set()
    live.cut()
    for reading in readers:
        reading.join()


def ticket_of(live: FakeLive) -> Callable[[], LiveTicket]:
    return lambda: LiveTicket.model_validate(live.ticket())


def change(live: FakeLive, *doc_hashes: str, told: bool = True, folder: str | None = None) -> None:
    for doc_hash in doc_hashes:
        live.records.records[doc_hash] = accepted(live.records.get(doc_hash), now(), doc_hash, folder=folder)
    if told:
        live.tell(*doc_hashes)


def test_what_changes_comes(live: FakeLive, reader: Callable[..., Reader]) -> None:
    reading = reader()
    change(live, "one")
    assert reading.message() == ("one", 1)
    change(live, "two", "one")
    assert sorted([reading.message(), reading.message()]) == [("one", 2), ("two", 1)]


def test_what_comes_twice_is_told_once(live: FakeLive, reader: Callable[..., Reader]) -> None:
    reading = reader(ping_seconds=0.1)
    change(live, "one")
    live.tell("one", "one")
    live.tell("one")
    wait_for(lambda: sum('"ping"' in text for text in live.received) > 3, SECONDS, "it was told by pings, too")
    change(live, "two")
    assert [reading.message(), reading.message()] == [("one", 1), ("two", 1)]


def test_a_message_that_was_lost_comes_with_the_next_ping(live: FakeLive, reader: Callable[..., Reader]) -> None:
    reading = reader(ping_seconds=0.2)
    change(live, "lost", told=False)
    assert reading.message() == ("lost", 1)


def test_after_a_cut_it_goes_on_where_it_was(live: FakeLive, reader: Callable[..., Reader]) -> None:
    reading = reader()
    change(live, "before")
    assert reading.message() == ("before", 1)
    live.refuses = True
    live.cut()
    change(live, "missed", told=False)
    live.refuses = False
    assert reading.message() == ("missed", 1)
    change(live, "after")
    assert reading.message() == ("after", 1)
    assert live.opened == 2
    assert any("cut" in note for note in reading.notes)


def test_while_nothing_answers_it_waits(live: FakeLive, reader: Callable[..., Reader]) -> None:
    failures = [ApiError("nothing answers"), ApiError("not now", status=503, repeatable=True)]

    def ticket() -> LiveTicket:
        if live.opened and failures:
            raise failures.pop()
        return LiveTicket.model_validate(live.ticket())

    reading = reader(ticket=ticket)
    live.cut()
    change(live, "missed", told=False)
    assert reading.message() == ("missed", 1)
    assert failures == []


def test_it_says_when_a_ping_has_told_what_was_missed(live: FakeLive) -> None:
    feed = Feed(ticket_of(live), ["documents"], known=Known(str(Cursor.before(now()))), until=monotonic() + SECONDS)
    change(live, *(f"document-{number:03}" for number in range(200)), told=False)
    kinds = list[type[Event]]()
    for event in feed.events():
        kinds.append(type(event))
        if kinds[-1] is CaughtUp:
            break
    assert (kinds[0], kinds.count(Told), kinds[-1]) == (Watching, 200, CaughtUp)


def test_it_ends_when_its_time_is_up(live: FakeLive) -> None:
    assert Watching() in list(Feed(ticket_of(live), ["documents"], until=monotonic() + 0.5).events())


def test_many_changes_that_were_missed_all_come(live: FakeLive, reader: Callable[..., Reader]) -> None:
    reading = reader()
    live.refuses = True
    live.cut()
    names = [f"document-{number:03}" for number in range(300)]
    change(live, *names, told=False)
    live.refuses = False
    assert sorted(reading.message()[0] for _ in names) == names


def test_a_connection_is_renewed_before_it_ends(live: FakeLive, reader: Callable[..., Reader]) -> None:
    live.token_seconds = 3
    reading = reader(ping_seconds=0.1)
    wait_for(lambda: sum('"renew"' in text for text in live.received) >= 2, SECONDS, "it was renewed twice")
    change(live, "one")
    assert reading.message() == ("one", 1)
    assert live.opened == 1


def test_when_a_connection_ends_all_the_same_there_is_another_one(
    live: FakeLive, reader: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "RENEW_AFTER", 1000)
    live.token_seconds = 1
    reading = reader(ping_seconds=0.1)
    wait_for(lambda: live.opened >= 3, SECONDS, "its time was up twice")
    change(live, "one", told=False)
    assert reading.message() == ("one", 1)


def test_over_a_connection_without_answers_another_one_is_opened(
    live: FakeLive, reader: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "ANSWER_SECONDS", 0.3)
    reading = reader(ping_seconds=0.1)
    live.deaf = True
    wait_for(lambda: live.opened >= 2, SECONDS, "another one is opened")
    live.deaf = False
    change(live, "one", told=False)
    assert reading.message() == ("one", 1)


def test_what_cannot_be_said_at_the_moment_is_asked_again(
    live: FakeLive, reader: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "AGAIN_SECONDS", 0.05)
    reading = reader(ping_seconds=0.1)
    live.connections.failing = True
    before = len(live.received)
    wait_for(lambda: len(live.received) > before + 2, SECONDS, "it was asked again")
    live.connections.failing = False
    change(live, "one", told=False)
    assert reading.message() == ("one", 1)
    assert any(note.startswith("stalled") for note in reading.notes)
    assert live.opened == 1


def test_several_topics_are_watched_together(live: FakeLive, reader: Callable[..., Reader]) -> None:
    reading = reader("document:one", "folder:/a")
    change(live, "one", "two", "three", folder="/b")
    change(live, "two", folder="/a")
    assert [reading.message(), reading.message()] == [("one", 1), ("two", 2)]


def test_a_feed_that_cannot_be_had_says_so_without_the_ticket(live: FakeLive) -> None:
    tickets = []

    def ticket() -> LiveTicket:
        tickets.append(LiveTicket.model_validate(live.ticket()))
        return tickets[-1]

    live.refuses = True
    with pytest.raises(LiveError) as error:
        list(Feed(ticket, ["documents"], pauses=PAUSES).events())
    assert not [each for each in tickets if each.ticket in str(error.value)]


def test_a_topic_that_is_refused_ends_the_feed(live: FakeLive) -> None:
    with pytest.raises(LiveError, match="a topic is"):
        list(Feed(ticket_of(live), ["everything"], pauses=PAUSES).events())


def test_who_gets_no_ticket_has_no_feed() -> None:
    def refuse() -> LiveTicket:
        raise ApiError("no", status=401)

    with pytest.raises(ApiError):
        list(Feed(refuse, ["documents"]).events())


def test_what_is_sent_is_what_the_docs_say(live: FakeLive, reader: Callable[..., Reader]) -> None:
    reader("documents", "folder:/a", ping_seconds=0.05)
    wait_for(lambda: len(live.received) > 4, SECONDS, "some pings were sent")
    sent = [json.loads(text) for text in live.received]
    assert [each["topic"] for each in sent if each["action"] == "subscribe"] == ["documents", "folder:/a"]
    with suppress(StopIteration):
        assert "after" in next(each for each in sent if each["action"] == "ping")
