"""A connection from its ticket to its end, and what becomes of input that is none."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from bloomweaver.errors import StorageUnavailable, TicketRefused
from bloomweaver.live.changes import Changes
from bloomweaver.live.connection import CONNECTIONS_MAX, FAULTS_MAX, LONGEST_SECONDS, SILENT_SECONDS, TOPICS_MAX
from bloomweaver.live.messages import FRAME_MAX_BYTES
from bloomweaver.live.ports import Delivery
from bloomweaver.live.sessions import Sessions
from bloomweaver.live.tickets import Tickets
from tests.live.documents import LaggingRecords, accepted
from tests.live.memory_live import MemoryConnections, MemoryPoster, MemoryTickets, Time
from tests.progress.memory_progress import MemoryProgress, reading


class World:
    """Sessions, and what is around them."""

    def __init__(self) -> None:
        self.time = Time(10_000.0)
        self.records = LaggingRecords(time=self.time)
        self.connections = MemoryConnections()
        self.progress = MemoryProgress(self.time)
        self.poster = MemoryPoster()
        self.tickets = Tickets(MemoryTickets(), self.time)
        changes = Changes(self.records, reading(self.time, self.progress), self.time)
        self.sessions = Sessions(self.tickets, self.connections, changes, self.poster, self.time)

    def ticket(self, subject: str = "ada", seconds: float = 3600) -> str:
        return self.tickets.give(subject, self.time.epoch(self.time.seconds + seconds))[0]

    def open(self, id: str = "c1", **of_ticket: Any) -> "Client":
        self.sessions.connect(id, self.ticket(**of_ticket))
        return Client(self, id)

    def write(self, *doc_hashes: str, folder: str | None = None) -> None:
        for doc_hash in doc_hashes:
            self.records.write(accepted(self.records.get(doc_hash), self.time(), doc_hash, folder=folder))


@dataclass
class Client:
    """Whoever holds a connection."""

    world: World
    id: str

    def send(self, what: object) -> list[dict[str, Any]]:
        """Send something, and return the frames that come for it."""
        self.world.sessions.receive(self.id, what if isinstance(what, str) else json.dumps(what))
        return self.world.poster.take(self.id)

    def subscribe(self, topic: str, **more: object) -> dict[str, Any]:
        [frame] = self.send({"action": "subscribe", "topic": topic, **more})
        return frame

    def ping(self, **more: object) -> dict[str, Any]:
        [frame] = self.send({"action": "ping", **more})
        return frame

    @property
    def is_open(self) -> bool:
        return self.id in self.world.connections.connections and self.id not in self.world.poster.ended


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Client:
    return world.open()


# Opening ------------------------------------------------------------------------------------------------------------


def test_a_connection_lasts_as_long_as_the_token_of_its_ticket(world: World) -> None:
    opened = world.sessions.connect("c1", world.ticket(seconds=900))
    assert (opened.subject, opened.ends_at) == ("ada", world.time.at(10_900))


def test_a_connection_lasts_two_hours_at_most(world: World) -> None:
    opened = world.sessions.connect("c1", world.ticket(seconds=86_400))
    assert opened.ends_at == world.time.at(10_000 + LONGEST_SECONDS)


def test_without_a_good_ticket_there_is_no_connection(world: World) -> None:
    used, late = world.ticket(), world.ticket()
    world.sessions.connect("c1", used)
    for ticket in (None, "", used, "x" * 43):
        with pytest.raises(TicketRefused):
            world.sessions.connect("c2", ticket)
    world.time.seconds += 61
    with pytest.raises(TicketRefused):
        world.sessions.connect("c2", late)
    assert set(world.connections.connections) == {"c1"}


# Watching -----------------------------------------------------------------------------------------------------------


def test_a_subscription_is_answered_with_a_cursor_to_ask_from(world: World, client: Client) -> None:
    answer = client.subscribe("folder:/a")
    assert (answer["answer"], answer["topic"], answer["messages"]) == ("subscribe", "folder:/a", [])
    assert answer["ends_at"] == world.time.at(10_000 + 3600)
    world.time.seconds += 5
    world.write("doc", folder="/a")
    [message] = client.ping(after=answer["cursor"])["messages"]
    assert (message["doc_hash"], message["topic"], message["revision"]) == ("doc", "folder:/a", 1)


def test_a_ping_says_what_changed_since_the_last_one(world: World, client: Client) -> None:
    client.subscribe("documents")
    world.time.seconds += 60
    world.write("one")
    assert [each["doc_hash"] for each in client.ping()["messages"]] == ["one"]
    world.time.seconds += 60
    world.write("two")
    first = client.ping()
    assert "one" in [each["doc_hash"] for each in first["messages"]], "what changed shortly before is told again"
    world.time.seconds += 60
    assert [each["doc_hash"] for each in client.ping()["messages"]] == ["two"]
    world.time.seconds += 60
    assert client.ping()["messages"] == []


def test_a_ping_of_somebody_who_watches_nothing_is_answered(client: Client) -> None:
    answer = client.ping()
    assert (answer["answer"], answer["messages"]) == ("ping", [])
    assert isinstance(answer["cursor"], str)


def test_a_ping_that_is_faster_than_a_subscription_skips_nothing(world: World, client: Client) -> None:
    client.subscribe("documents")
    cursor = client.ping()["cursor"]
    world.time.seconds += 600
    world.write("missed")
    world.time.seconds += 600
    again = world.open("c2")
    assert again.ping(after=cursor)["cursor"] == cursor
    again.subscribe("documents", after=cursor)
    assert [each["doc_hash"] for each in again.ping()["messages"]] == ["missed"]


def test_who_comes_back_goes_on_where_the_connection_was_cut(world: World, client: Client) -> None:
    client.subscribe("documents")
    world.time.seconds += 60
    cursor = client.ping()["cursor"]
    world.time.seconds += 600
    world.write("missed")
    world.time.seconds += 600
    again = world.open("c2")
    # A cursor never goes ahead of what the client knows, so whichever it keeps is a good one.
    assert again.subscribe("documents", after=cursor)["cursor"] == cursor
    assert again.subscribe("folder:/a")["cursor"] == cursor
    assert [each["doc_hash"] for each in again.ping()["messages"]] == ["missed"]


def test_a_long_answer_comes_in_several_pings(world: World, client: Client) -> None:
    client.subscribe("documents")
    names = [f"document-{number}" for number in range(300)]
    world.write(*names)
    found, answer = list[str](), {"more": True}
    while answer.get("more"):
        answer = client.ping()
        assert len(json.dumps(answer, ensure_ascii=False).encode()) <= FRAME_MAX_BYTES * 1.2
        found += [each["doc_hash"] for each in answer["messages"]]
    assert set(found) == set(names)


def test_one_document_of_many_topics_is_told_in_frames_of_which_the_last_one_says_so(
    world: World, client: Client
) -> None:
    folder = "/" + "/".join("x" * 30 for _ in range(30))
    parts = folder.split("/")
    topics = ["folder:" + ("/".join(parts[:count]) or "/") for count in range(1, len(parts) + 1)]
    for topic in topics:
        client.subscribe(topic)
    world.write("doc", folder=folder)
    before = world.connections.connections["c1"].cursor
    *first, last = client.send({"action": "ping"})
    assert first
    assert all(frame["cursor"] == str(before) and "answer" not in frame for frame in first)
    assert last["answer"] == "ping"
    assert sorted(m["topic"] for frame in [*first, last] for m in frame["messages"]) == sorted(topics)


def test_who_unsubscribes_is_told_no_more(world: World, client: Client) -> None:
    client.subscribe("document:one")
    client.subscribe("document:two")
    [answer] = client.send({"action": "unsubscribe", "topic": "document:one"})
    assert (answer["answer"], answer["topic"]) == ("unsubscribe", "document:one")
    world.write("one", "two")
    assert [each["doc_hash"] for each in client.ping()["messages"]] == ["two"]


def test_an_old_cursor_says_to_load_anew(world: World, client: Client) -> None:
    cursor = client.subscribe("documents")["cursor"]
    world.time.seconds += 25 * 3600
    other = world.open("c2")
    other.subscribe("documents")
    answer = other.ping(after=cursor)
    assert (answer["reload"], answer["messages"]) == (True, [])
    assert answer["cursor"] != cursor


# Ending -------------------------------------------------------------------------------------------------------------


def test_a_renewal_lets_it_last_as_long_as_another_token(world: World) -> None:
    client = world.open(seconds=60)
    world.time.seconds += 50
    [answer] = client.send({"action": "renew", "ticket": world.ticket(seconds=60)})
    assert (answer["answer"], answer["ends_at"]) == ("renew", world.time.at(10_110))
    world.time.seconds += 50
    assert "error" not in client.ping()


def test_a_renewal_does_not_go_beyond_two_hours(world: World) -> None:
    client = world.open()
    world.time.seconds += 3000
    [answer] = client.send({"action": "renew", "ticket": world.ticket(seconds=86_400)})
    assert answer["ends_at"] == world.time.at(10_000 + LONGEST_SECONDS)


def test_a_connection_is_renewed_by_its_own_subject_alone(world: World, client: Client) -> None:
    ends_at = world.connections.connections["c1"].ends_at
    used = world.ticket()
    world.sessions.connect("c2", used)
    for ticket in (world.ticket("eve"), used, "made up"):
        [answer] = client.send({"action": "renew", "ticket": ticket})
        assert answer["error"]["code"] == "ticket_refused"
        assert ticket not in json.dumps(answer)
    assert world.connections.connections["c1"].ends_at == ends_at


def test_when_its_time_is_up_it_says_so_and_ends(world: World) -> None:
    client = world.open(seconds=60)
    client.subscribe("documents")
    world.time.seconds += 60
    world.write("doc")
    [answer] = client.send({"action": "ping"})
    assert answer["error"]["code"] == "over"
    assert answer["messages"] == []
    assert not client.is_open


def test_one_connection_too_many_is_told_so_and_ends_alone(world: World) -> None:
    there = [world.open(f"c{number}") for number in range(CONNECTIONS_MAX)]
    late, other = world.open("late"), world.open("other", subject="bea")
    frame = late.subscribe("documents")
    assert frame["error"]["code"] == "too_many_connections"
    assert not late.is_open
    assert all(each.is_open for each in [*there, other])
    assert other.subscribe("documents")["answer"] == "subscribe"
    world.sessions.disconnect("c0")
    assert world.open("again").subscribe("documents")["answer"] == "subscribe"


def test_connections_that_are_of_no_use_any_more_do_not_count(world: World) -> None:
    for number in range(CONNECTIONS_MAX - 1):
        world.open(f"over-{number}", seconds=SILENT_SECONDS)
    world.open("silent")
    world.open("one too many")
    world.time.seconds += SILENT_SECONDS + 1
    assert world.open("late").subscribe("documents")["answer"] == "subscribe"


def test_a_connection_that_was_given_up_ends(world: World, client: Client) -> None:
    world.connections.remove("c1")
    [answer] = client.send({"action": "ping"})
    assert answer["error"]["code"] == "over"
    assert world.poster.ended == ["c1"]


def test_a_closed_connection_is_forgotten(world: World, client: Client) -> None:
    world.sessions.disconnect("c1")
    assert world.connections.connections == {}


@pytest.mark.parametrize("fate", [Delivery.GONE, Delivery.MISSED])
def test_who_does_not_read_the_answers_is_ended(world: World, client: Client, fate: Delivery) -> None:
    world.open("c2")
    world.poster.becomes["c1"] = fate
    assert client.send({"action": "ping"}) == []
    assert not client.is_open
    assert set(world.connections.connections) == {"c2"}


# What is none -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    [
        *("", "no JSON", "[]", "null", '"ping"', "{", "\0", "{" * 5000, '{"action": NaN}', "\ud800"),
        *({}, {"action": "shout"}, {"action": None}, {"action": ["ping"]}, {"action": "ping", "more": 1}),
        *({"action": "subscribe"}, {"action": "subscribe", "topic": "everything"}, {"action": "subscribe", "topic": 1}),
        *({"action": "subscribe", "topic": "folder:a"}, {"action": "unsubscribe", "topic": ""}),
        *({"action": "subscribe", "topic": "documents", "after": "x"}, {"action": "ping", "after": "x"}),
        *({"action": "ping", "after": 1}, {"action": "renew"}, {"action": "renew", "ticket": 5}),
        *({"action": "ping", "after": "x" * 200_000}, "x" * 200_000),
    ],
)
def test_what_is_not_understood_is_answered_in_words(world: World, client: Client, what: object) -> None:
    [answer] = client.send(what)
    assert answer["error"]["code"] == "not_understood"
    assert answer["error"]["detail"]
    assert len(json.dumps(answer)) < 2000
    assert client.is_open
    assert client.ping()["answer"] == "ping"


def test_what_is_wrong_is_said_without_what_was_sent(client: Client) -> None:
    [answer] = client.send({"action": "renew", "ticket": ["secret"]})
    assert "secret" not in json.dumps(answer)
    assert "ticket" in answer["error"]["detail"]


def test_ten_thousand_subscriptions_are_too_many(world: World, client: Client) -> None:
    other = world.open("c2")
    answers = [client.send({"action": "subscribe", "topic": f"document:{number}"}) for number in range(10_000)]
    assert all(answer for answer in answers[:TOPICS_MAX])
    codes = [frame["error"]["code"] for frames in answers[TOPICS_MAX:] for frame in frames if "error" in frame]
    assert codes[: FAULTS_MAX - 1] == ["too_many_topics"] * (FAULTS_MAX - 1)
    assert set(codes[FAULTS_MAX - 1 :]) == {"over"}
    assert not client.is_open
    assert other.ping()["answer"] == "ping"


def test_a_topic_twice_is_one(world: World, client: Client) -> None:
    for _ in range(2 * TOPICS_MAX):
        assert "error" not in client.subscribe("documents")
    assert len(world.connections.connections["c1"].topics) == 1


def test_with_many_faults_the_connection_ends_and_no_other(world: World, client: Client) -> None:
    other = world.open("c2")
    codes = [client.send("no JSON")[0]["error"]["code"] for _ in range(FAULTS_MAX)]
    assert codes == ["not_understood"] * (FAULTS_MAX - 1) + ["over"]
    assert not client.is_open
    assert other.is_open


def test_a_cursor_of_the_future_is_refused(world: World, client: Client) -> None:
    client.subscribe("documents")
    cursor = client.ping()["cursor"]
    world.time.seconds -= 3600
    assert client.ping(after=cursor)["error"]["code"] == "invalid_cursor"


def test_what_cannot_be_read_at_the_moment_is_said(world: World, client: Client) -> None:
    world.connections.failing = True
    [answer] = client.send({"action": "ping"})
    assert answer["error"]["code"] == "stalled"
    assert client.is_open
    world.connections.failing = False

    def fail(*_: object) -> None:
        raise StorageUnavailable("not there")

    client.subscribe("documents")
    world.records.changed = fail  # type: ignore[assignment, method-assign]
    [answer] = client.send({"action": "ping"})
    assert answer["error"]["code"] == "stalled"
    assert client.is_open
