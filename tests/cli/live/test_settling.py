"""Waiting for many documents: each that ends is noticed once, whatever happens to messages and connections."""

import threading
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest

from bloomweaver.clock import now
from bloomweaver.live.cursor import Cursor, earlier
from bloomweaver.models.record import Status
from cli.client import Api, ApiError
from cli.live import feed, following
from cli.live.settling import Awaited, Settlement, wait_until_settled
from tests.cli.fake_api import Answer, FakeApi, problem
from tests.cli.fake_live import FakeLive, serve_live
from tests.e2e.waiting import wait_for

SECONDS = 20.0


@pytest.fixture
def live(api: FakeApi) -> Iterator[FakeLive]:
    with serve_live(api.records) as running:
        api.live = running
        yield running


@pytest.fixture
def client(api: FakeApi) -> Iterator[Api]:
    with Api(api.url) as client:
        yield client


@pytest.fixture(autouse=True)
def _connects_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(feed.Feed.__init__.__kwdefaults__, "pauses", (0.01,))


def send(client: Api, *doc_hashes: str) -> list[Awaited]:
    return [Awaited(doc_hash, _submit(client, doc_hash), Status.QUEUED) for doc_hash in doc_hashes]


def _submit(client: Api, doc_hash: str, text: str = "text") -> int:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": text}
    return client.submit(body).version


def settle(client: Api, awaited: Collection[Awaited], cursor: str, seconds: float = SECONDS, **more: Any) -> Settlement:
    return wait_until_settled(client, awaited, seconds, cursor=cursor, topic="documents", **more)


def meanwhile(happens: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=happens)
    thread.start()
    return thread


def until_watched(live: FakeLive, pings: int = 1) -> None:
    wait_for(lambda: sum('"ping"' in text for text in live.received) >= pings, SECONDS, "somebody watches")


def paths(api: FakeApi) -> list[str]:
    return [f"{request.method} {request.path.partition('?')[0].removeprefix('/v1')}" for request in api.requests]


def test_what_ends_is_told_and_no_document_is_asked_for(client: Api, api: FakeApi, live: FakeLive) -> None:
    cursor = client.changes().cursor
    awaited = send(client, "one", "two", "three")
    api.outcomes["two"] = Status.FAILED
    api.requests.clear()
    ended = list[None]()

    def happens() -> None:
        until_watched(live)
        live.tell(*api.end())

    thread = meanwhile(happens)
    settlement = settle(client, awaited, cursor, settled=lambda: ended.append(None))
    thread.join()
    assert settlement.ended == {"one": Status.INDEXED, "two": Status.FAILED, "three": Status.INDEXED}
    assert settlement.counts() == {"indexed": 2, "failed": 1, "pending": 0}
    assert [each.doc_hash for each in settlement.unsuccessful] == ["two"]
    assert len(ended) == 3
    assert paths(api) == ["POST /live/ticket", "GET /documents/two"]


def test_what_ended_before_the_connection_was_there_is_known(client: Api, api: FakeApi, live: FakeLive) -> None:
    cursor = client.changes().cursor
    awaited = send(client, *(f"document-{number:03}" for number in range(250)))
    api.end()
    assert settle(client, awaited, cursor).counts() == {"indexed": 250, "pending": 0}
    assert live.opened == 1


def test_what_ended_while_others_were_sent_for_minutes_is_known(client: Api, api: FakeApi, live: FakeLive) -> None:
    awaited = send(client, "one")
    api.end()
    record = api.records.records["one"]
    api.records.records["one"] = record.model_copy(update={"updated_at": earlier(now(), 600)})
    cursor = str(Cursor.before(earlier(now(), 900)))
    assert settle(client, awaited, cursor, 5).counts() == {"indexed": 1, "pending": 0}


def test_an_older_version_that_is_told_late_is_not_the_end(client: Api, api: FakeApi, live: FakeLive) -> None:
    _submit(client, "one", "before")
    api.end()
    cursor = client.changes().cursor
    old = api.records.records["one"]
    awaited = send(client, "one")
    new = api.records.records["one"]
    assert awaited[0].version == old.version + 1
    api.records.records["one"] = old

    def happens() -> None:
        until_watched(live)
        live.tell("one")
        api.records.records["one"] = new
        api.end()
        live.tell("one")

    thread = meanwhile(happens)
    settlement = settle(client, awaited, cursor)
    thread.join()
    assert settlement.ended == {"one": Status.INDEXED}
    assert api.records.records["one"].indexed_version == 2


def test_a_newer_version_is_the_business_of_its_sender(client: Api, api: FakeApi, live: FakeLive) -> None:
    cursor = client.changes().cursor
    awaited = send(client, "one")
    _submit(client, "one", "by somebody else")
    assert settle(client, awaited, cursor).ended == {"one": Status.QUEUED}


def test_a_document_that_is_deleted_meanwhile_is_waited_for_no_more(client: Api, live: FakeLive) -> None:
    cursor = client.changes().cursor
    awaited = send(client, "one")
    client.delete("one")
    assert settle(client, awaited, cursor).ended == {"one": Status.DELETING}


def test_a_message_that_was_lost_costs_no_more_than_a_ping(
    client: Api, api: FakeApi, live: FakeLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PING_SECONDS", 0.2)
    cursor = client.changes().cursor
    awaited = send(client, "lost")

    def happens() -> None:
        until_watched(live)
        api.end()

    thread = meanwhile(happens)
    settlement = settle(client, awaited, cursor)
    thread.join()
    assert settlement.counts() == {"indexed": 1, "pending": 0}


def test_a_connection_that_is_cut_is_followed_by_another_one(client: Api, api: FakeApi, live: FakeLive) -> None:
    cursor = client.changes().cursor
    awaited = send(client, "one")

    def happens() -> None:
        until_watched(live)
        live.cut()
        api.end()

    thread = meanwhile(happens)
    assert settle(client, awaited, cursor).counts() == {"indexed": 1, "pending": 0}
    thread.join()
    assert live.opened == 2


@pytest.mark.parametrize("cut_first", [True, False])
def test_without_a_connection_changes_are_asked_for_and_that_is_said(
    client: Api, api: FakeApi, live: FakeLive, capsys: pytest.CaptureFixture[str], cut_first: bool
) -> None:
    cursor = client.changes().cursor
    awaited = send(client, "one", "two")

    def refuse() -> None:
        live.refuses = True
        live.cut()

    def happens() -> None:
        until_watched(live)
        refuse()

    thread = None
    if cut_first:
        thread = meanwhile(happens)
    else:
        refuse()
    settlement = settle(client, awaited, cursor)
    if thread is not None:
        thread.join()
    assert settlement.counts() == {"indexed": 2, "pending": 0}
    assert "GET /changes instead" in capsys.readouterr().err
    assert "GET /changes" in paths(api)
    assert not [path for path in paths(api) if path.startswith("GET /documents")]


def test_after_so_much_was_missed_that_it_is_not_told_each_document_is_asked_for(client: Api, api: FakeApi) -> None:
    cursor = client.changes().cursor
    awaited = send(client, "one", "two")
    api.end()
    page = {"messages": [], "cursor": client.changes().cursor, "more": False, "reload": True}
    api.scripted["GET /v1/changes"].append(Answer(200, page))
    assert settle(client, awaited, cursor).counts() == {"indexed": 2, "pending": 0}
    assert sorted(path for path in paths(api) if "documents" in path) == ["GET /documents/one", "GET /documents/two"]


def test_what_is_known_to_have_ended_is_not_waited_for_and_what_is_not_known_is_asked(
    client: Api, api: FakeApi
) -> None:
    cursor = client.changes().cursor
    known, unknown = send(client, "known", "unknown")
    api.end()
    api.requests.clear()
    awaited = [Awaited("known", known.version, Status.INDEXED), Awaited("unknown", unknown.version, None)]
    assert settle(client, awaited, cursor).counts() == {"indexed": 2, "pending": 0}
    assert paths(api) == ["GET /documents/unknown"]


@pytest.mark.parametrize("connected", [True, False])
def test_the_wait_has_an_end(client: Api, api: FakeApi, request: pytest.FixtureRequest, connected: bool) -> None:
    if connected:
        request.getfixturevalue("live")
    api.outcomes["never"] = Status.QUEUED
    cursor = client.changes().cursor
    awaited = send(client, "never")
    assert settle(client, awaited, cursor, 0.3).pending == ["never"]


def test_an_api_that_answers_nothing_ends_the_wait(client: Api, api: FakeApi) -> None:
    cursor = client.changes().cursor
    awaited = send(client, "one")
    api.scripted["GET /v1/changes"].append(problem(401, "the token is too old"))
    with pytest.raises(ApiError, match="the token is too old"):
        settle(client, awaited, cursor)
