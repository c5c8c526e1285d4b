"""Live messages as API Gateway and the table's stream call the functions: tickets, connections, messages, changes."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto.apigatewaymanagementapi.models import apigatewaymanagementapi_backends
from moto.core import DEFAULT_ACCOUNT_ID

from bloomweaver.chats.chat import owner_of
from bloomweaver.clock import now
from bloomweaver.live.connection import FAULTS_MAX, Connection
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.ports import Ticket
from bloomweaver.live.topics import Topic
from bloomweaver.models.record import Status
from tests.handlers.conftest import LIVE_HOST, REGION, Answer, LambdaContext, Services, call, forget, load
from tests.live.memory_live import MemoryConnections, Time
from wiring import dependencies

TIME = Time()


def caller(subject: str = "ada", seconds: float = 3600) -> dict[str, str]:
    """What the authorizer says of somebody."""
    return {"principalId": subject, "role": "viewer", "expires_at": str(int(time.time() + seconds))}


def ticket(subject: str = "ada", seconds: float = 3600) -> str:
    answer = call("live", "POST", "/live/ticket", authorizer=caller(subject, seconds))
    assert answer.status == 200
    given: str = answer.body["ticket"]
    return given


def event(connection: str, kind: str, **more: Any) -> dict[str, Any]:
    """What API Gateway calls the function of the WebSocket API with."""
    route = {"CONNECT": "$connect", "DISCONNECT": "$disconnect", "MESSAGE": "$default"}[kind]
    context = {"connectionId": connection, "eventType": kind, "routeKey": route, "requestId": "r", "stage": "live"}
    return {"requestContext": context, "isBase64Encoded": False, **more}


def connect(connection: str, given: str | None) -> int:
    query = {"ticket": given} if given is not None else None
    answer = load("connection").handler(
        event(connection, "CONNECT", queryStringParameters=query, headers={}), LambdaContext()
    )
    status: int = answer["statusCode"]
    return status


def send(connection: str, what: object) -> list[dict[str, Any]]:
    """Send something over a connection, and return the frames that come for it."""
    text = what if isinstance(what, str) else json.dumps(what)
    answer = load("connection").handler(event(connection, "MESSAGE", body=text), LambdaContext())
    assert answer == {"statusCode": 200}
    return take(connection)


def take(connection: str) -> list[dict[str, Any]]:
    """The frames that were posted to a connection since the last time."""
    backend = apigatewaymanagementapi_backends[DEFAULT_ACCOUNT_ID][REGION]
    data = backend.connections.pop(connection).data.decode() if connection in backend.connections else ""
    decoder, found = json.JSONDecoder(), []
    while data:
        frame, end = decoder.raw_decode(data)
        found.append(frame)
        data = data[end:]
    return found


def post(doc_hash: str, **more: object) -> None:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Text.", **more}
    assert call("webhook", "POST", "/webhook", body).status == 202


def stream(doc_hashes: Iterable[str]) -> None:
    """Say of these documents that they have changed, as the table's stream does."""
    changes = [{"eventName": "MODIFY", "dynamodb": {"Keys": {"doc_hash": {"S": each}}}} for each in doc_hashes]
    load("tell").handler({"Records": changes}, LambdaContext())


def stream_of_chats(*keys: dict[str, str]) -> None:
    """The same of items of the table of chats."""
    changes = [{"eventName": "MODIFY", "dynamodb": {"Keys": {k: {"S": v} for k, v in key.items()}}} for key in keys]
    load("tell").handler({"Records": changes}, LambdaContext())


def of_chats(method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
    return call("chats", method, path, body, authorizer=caller())


def changes(**query: str) -> Answer:
    return call("live", "GET", "/changes", query=query, authorizer=caller())


def items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = boto3.client("dynamodb", region_name=REGION).scan(TableName="live")["Items"]
    return found


# The tables ----------------------------------------------------------------------------------------------------------


def test_a_ticket_is_taken_once(services: Services) -> None:
    tickets = dependencies.tickets()._table
    kept = Ticket("ada", TIME.at(60), TIME.at(3600))
    tickets.put("digest", kept)
    assert tickets.take("digest") == kept
    assert tickets.take("digest") is None
    assert tickets.take("other") is None


def test_connections_are_kept_as_their_port_says(services: Services) -> None:
    table, memory = dependencies.connections(), MemoryConnections()
    topics = [Topic.parse(text) for text in ("documents", "folder:/a b/\u00e9", "document:one", "chat:c")]
    for kept in (table, memory):
        for id in ("one", "two"):
            kept.open(Connection(id, "ada", TIME.at(0), TIME.at(60), TIME.at(0)))
        kept.open(Connection("late", "ada", TIME.at(0), TIME.at(60), TIME.at(0), is_one_too_many=True))
        for topic in [*topics, topics[0]]:
            kept.watch("one", topic, Cursor.before(TIME.at(5)))
        kept.ignore("one", topics[2])
        kept.ignore("two", topics[2])
        kept.told("two", Cursor.before(TIME.at(9)), TIME.at(10))
        kept.renew("one", TIME.at(90))
        assert [kept.count_fault("one") for _ in range(3)] == [1, 2, 3]
        kept.remove("nobody")
    for id in ("one", "two", "late"):
        assert table.get(id) == memory.get(id)
    assert sorted(table.all(), key=lambda each: each.id) == sorted(memory.all(), key=lambda each: each.id)
    table.remove("one")
    assert [each.id for each in table.all()] == ["late", "two"]
    assert table.get("one") is None


def test_what_comes_for_a_connection_that_is_not_there_makes_none(services: Services) -> None:
    table = dependencies.connections()
    table.watch("gone", Topic.parse("documents"), Cursor.before(now()))
    table.ignore("gone", Topic.parse("documents"))
    table.told("gone", Cursor.before(now()), now())
    table.renew("gone", now())
    assert table.count_fault("gone") == 0
    assert table.all() == []


def test_all_connections_are_found_however_many_there_are(services: Services) -> None:
    table = dependencies.connections()
    # More than the megabyte of a page.
    names = [f"c{number:02}" for number in range(30)]
    for id in names:
        table.open(Connection(id, "s" * 40_000, TIME.at(0), TIME.at(60), TIME.at(0)))
    assert [each.id for each in table.all()] == names


# A connection ---------------------------------------------------------------------------------------------------------


def test_a_ticket_says_where_it_is_good_and_until_when(services: Services) -> None:
    answer = call("live", "POST", "/live/ticket", authorizer=caller())
    assert answer.body["url"] == f"wss://{LIVE_HOST}/live"
    assert now() < answer.body["expires_at"]
    assert answer.body["ticket"] not in json.dumps(items())


def test_nobody_gets_a_ticket_whom_the_authorizer_does_not_know(services: Services) -> None:
    assert call("live", "POST", "/live/ticket", authorizer={}).status == 401
    assert call("live", "POST", "/live/ticket", authorizer=caller(seconds=-60)).status == 401
    assert items() == []


def test_a_connection_is_opened_with_a_ticket_that_is_good_once(services: Services) -> None:
    given = ticket()
    assert connect("c1", given) == 200
    assert connect("c2", given) == 401
    for made_up in (None, "", "x" * 43, "x" * 10_000):
        assert connect("c2", made_up) == 401
    assert [each.id for each in dependencies.connections().all()] == ["c1"]


def test_a_closed_connection_is_forgotten(services: Services) -> None:
    connect("c1", ticket())
    load("connection").handler(event("c1", "DISCONNECT"), LambdaContext())
    assert items() == []


def test_a_change_comes_to_those_who_watch(services: Services) -> None:
    for id in ("all", "folder", "other"):
        assert connect(id, ticket()) == 200
    for id, topic in (("all", "documents"), ("folder", "folder:/a"), ("other", "document:other")):
        [answer] = send(id, {"action": "subscribe", "topic": topic})
        assert (answer["answer"], answer["topic"]) == ("subscribe", topic)
    post("doc", folder="/a/b", title="A note")
    stream(["doc"])
    [frame] = take("all")
    [message] = frame["messages"]
    assert (message["doc_hash"], message["title"], message["status"]) == ("doc", "A note", "queued")
    [frame] = take("folder")
    assert [each["topic"] for each in frame["messages"]] == ["folder:/a"]
    assert take("other") == []


def test_what_leaves_a_folder_and_what_is_deleted_comes_to_those_who_watch_it(services: Services) -> None:
    connect("c1", ticket())
    send("c1", {"action": "subscribe", "topic": "folder:/a"})
    post("moves", folder="/a")
    post("goes", folder="/a")
    post("moves", folder="/c")
    assert call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "goes"}).status == 202
    stream(["moves", "goes"])
    told = {each["doc_hash"]: each for frame in take("c1") for each in frame["messages"]}
    assert (told["moves"]["folder"], told["goes"]["status"]) == ("/c", "deleting")
    assert told["goes"]["title"] is None


def test_a_ping_makes_up_for_what_was_lost(services: Services) -> None:
    connect("c1", ticket())
    send("c1", {"action": "subscribe", "topic": "documents"})
    post("doc")
    [answer] = send("c1", {"action": "ping"})
    assert [each["doc_hash"] for each in answer["messages"]] == ["doc"]
    assert answer["answer"] == "ping"


def test_a_renewal_takes_a_ticket_of_the_same_subject(services: Services) -> None:
    connect("c1", ticket(seconds=60))
    before = dependencies.connections().get("c1")
    [refused] = send("c1", {"action": "renew", "ticket": ticket("eve")})
    assert refused["error"]["code"] == "ticket_refused"
    [answer] = send("c1", {"action": "renew", "ticket": ticket()})
    after = dependencies.connections().get("c1")
    assert before is not None
    assert after is not None
    assert before.ends_at < after.ends_at == answer["ends_at"]


def test_what_is_no_json_is_answered_and_in_the_end_the_connection_ends(services: Services) -> None:
    connect("c1", ticket())
    codes = [send("c1", "x" * 200_000)[0]["error"]["code"] for _ in range(FAULTS_MAX - 1)]
    assert set(codes) == {"not_understood"}
    send("c1", "no JSON")  # moto forgets what was posted to a connection that is ended
    assert items() == []


def test_a_chat_and_its_messages_come_to_their_owner(
    services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ANSWER_STATE_MACHINE_ARN", f"arn:aws:states:{REGION}:{DEFAULT_ACCOUNT_ID}:stateMachine:answer")
    forget()
    for id, subject in (("mine", "ada"), ("eves", "eve")):
        connect(id, ticket(subject))
    chat = str(of_chats("POST", "/chats", {"title": "Titlexyzzy"}).body["chat_id"])
    for id in ("mine", "eves"):
        for topic in ("chats", f"chat:{chat}"):
            send(id, {"action": "subscribe", "topic": topic})
    owner = owner_of("ada")
    stream_of_chats({"owner": owner, "item": f"chat#{chat}"}, {"owner": owner, "item": f"message#{chat}#000001"})
    [frame] = take("mine")
    assert [(each["topic"], each["status"]) for each in frame["messages"]] == [
        ("chats", "open"),
        (f"chat:{chat}", "open"),
    ]
    assert of_chats("DELETE", f"/chats/{chat}").status == 200
    # What it noted and counted is no chat.
    stream_of_chats({"owner": owner, "item": f"chat#{chat}"}, {"owner": "document#d", "item": f"{owner}#{chat}#000001"})
    [frame] = take("mine")
    assert {each["status"] for each in frame["messages"]} == {"deleted"}
    assert take("eves") == []
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "told" in logged
    for said in ("xyzzy", chat, owner):
        assert said not in logged


def test_whoever_is_no_more_is_not_told(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    connect("c1", ticket(seconds=60))
    send("c1", {"action": "subscribe", "topic": "documents"})
    post("doc")
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="microseconds")
    monkeypatch.setattr(dependencies, "now", lambda: later)
    dependencies.telling.cache_clear()
    stream(["doc"])
    assert items() == []
    assert take("c1") == []


def test_no_line_of_a_log_has_a_ticket(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    first, second, third = ticket(), ticket(), ticket("eve")
    connect("c1", first)
    connect("c2", first)
    send("c1", {"action": "renew", "ticket": second})
    send("c1", {"action": "renew", "ticket": third})
    send("c1", {"action": "renew", "ticket": second, "more": 1})
    # With whatever goes with a line.
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "refused" in logged
    assert not [given for given in (first, second, third) if given in logged]


# Changes -------------------------------------------------------------------------------------------------------------


def test_changes_are_told_from_a_cursor_on(services: Services) -> None:
    start = changes()
    assert (start.status, start.body["messages"], start.body["more"]) == (200, [], False)
    post("one", folder="/a")
    post("two", folder="/b")
    answer = changes(after=start.body["cursor"])
    assert [each["doc_hash"] for each in answer.body["messages"]] == ["one", "two"]
    answer = changes(after=start.body["cursor"], topic="folder:/b")
    assert [each["doc_hash"] for each in answer.body["messages"]] == ["two"]
    answer = changes(after=start.body["cursor"], topic="document:one")
    assert [each["doc_hash"] for each in answer.body["messages"]] == ["one"]
    for topic in ("operation:reindex-1", "chats", "chat:c1"):
        assert changes(after=start.body["cursor"], topic=topic).body["messages"] == []


def test_changes_of_every_status_are_told(services: Services) -> None:
    start = changes().body["cursor"]
    records = dependencies.records()
    for status in Status:
        post(status.value)
        record = records.get(status.value)
        assert record is not None
        assert records.put(record.model_copy(update={"status": status, "revision": 2}), record)
    found = {each["doc_hash"]: each["status"] for each in changes(after=start).body["messages"]}
    assert found == {status.value: status.value for status in Status}


def test_more_changes_than_an_answer_has_room_for_come_page_by_page(services: Services) -> None:
    cursor, found, more = changes().body["cursor"], list[str](), True
    names = [f"document-{number:03}" for number in range(50)]
    for name in names:
        post(name, title="A title of some length" * 46)
    while more:
        answer = changes(after=cursor).body
        assert len(json.dumps(answer["messages"], ensure_ascii=False).encode()) < 40_000
        found += [each["doc_hash"] for each in answer["messages"]]
        cursor, more = answer["cursor"], answer["more"]
    assert sorted(found) == names


def test_a_cursor_of_another_list_or_of_none_is_refused(services: Services) -> None:
    for place in range(3):
        post(f"doc-{place}")
    other = call("documents", "GET", "/documents", query={"status": "queued", "limit": "1"}).body["next_cursor"]
    for cursor in (other, "x", "", "x" * 5000):
        answer = changes(after=cursor)
        assert (answer.status, answer.body["errors"][0]["field"]) == (400, "cursor")


def test_a_cursor_of_long_ago_says_to_load_anew(services: Services) -> None:
    answer = changes(after=str(Cursor.before("2026-01-01T00:00:00.000000+00:00")))
    assert (answer.status, answer.body["reload"], answer.body["messages"]) == (200, True, [])


@pytest.mark.parametrize("query", [{"topic": "everything"}, {"topic": "folder:a"}, {"topic": ""}, {"limit": "5"}])
def test_a_topic_that_is_none_is_refused(services: Services, query: dict[str, str]) -> None:
    assert changes(**query).status == 422
