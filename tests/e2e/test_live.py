"""Live messages on the whole stack, with a real WebSocket client and functions that may do what their roles allow."""

import json
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bloomweaver.auth.roles import Role
from bloomweaver.clock import now
from bloomweaver.live.connection import CONNECTIONS_MAX, FAULTS_MAX, TOPICS_MAX
from bloomweaver.models.record import Status
from cli.answers import LiveTicket
from cli.client import Api
from local import aws
from local.config import REPOSITORY
from local.issuer import LocalIssuer
from tests.e2e.running_stack import RUN_SECONDS, RunningStack
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("lancedb")

ANSWER_SECONDS = 30.0
ENDED = (Status.INDEXED, Status.FAILED, Status.PARTIAL, Status.DELETED)
TEXT = "The lamp of the pier is lit an hour before dusk."


class Client:
    """A connection, and what came over it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []

    def ask(self, action: str, **more: Any) -> dict[str, Any]:
        """Send an action, and return what it is answered with; messages that come meanwhile are kept."""
        return self.send({"action": action, **more})

    def send(self, what: object) -> dict[str, Any]:
        """The same for something that may be no action."""
        self.socket.send(what if isinstance(what, str) else json.dumps(what))
        while True:
            frame = self._receive(ANSWER_SECONDS)
            if "answer" in frame or "error" in frame:
                return frame

    def wait_for(self, doc_hash: str, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message about a document that is as it should be."""
        return self.first(lambda message: message.get("doc_hash") == doc_hash and is_wanted(message))

    def first(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that is as it should be."""
        deadline = time.monotonic() + RUN_SECONDS
        seen = 0
        while True:
            for message in self.messages[seen:]:
                if is_wanted(message):
                    return message
            seen = len(self.messages)
            self._receive(deadline - time.monotonic())

    def wait_until(self, doc_hash: str, status: Status, version: int = 1) -> dict[str, Any]:
        """The first message that says that a version of a document has come so far."""
        return self.wait_for(doc_hash, lambda each: (each["status"], each["version"]) == (status, version))

    def about(self, doc_hash: str) -> list[dict[str, Any]]:
        """All messages about a document so far, in the order in which they came."""
        return [message for message in self.messages if message.get("doc_hash") == doc_hash]

    def _receive(self, seconds: float) -> dict[str, Any]:
        text = self.socket.recv(timeout=max(0.0, seconds))
        assert len(text.encode() if isinstance(text, str) else text) <= 32 * 1024
        frame: dict[str, Any] = json.loads(text)
        self.messages += frame["messages"]
        return frame


def ticket(stack: RunningStack, role: Role = Role.VIEWER, minutes: float = 60) -> LiveTicket:
    token = LocalIssuer(stack.config.issuer).token(role, minutes)
    with Api(stack.descriptor.api_url, token=lambda: token) as api:
        return api.live_ticket()


def url(given: LiveTicket, text: str | None = None) -> str:
    return f"{given.url}?ticket={given.ticket if text is None else text}"


@pytest.fixture
def opened(stack: RunningStack) -> Iterator[Callable[..., Client]]:
    """Opens a connection that watches some topics; it is closed at the end."""
    with ExitStack() as sockets:

        def open_one(*topics: str, **of_ticket: Any) -> Client:
            client = Client(sockets.enter_context(connect(url(ticket(stack, **of_ticket)), legacy=True)))
            for topic in topics:
                assert client.ask("subscribe", topic=topic)["topic"] == topic
            return client

        yield open_one


@contextmanager
def nobody_tells(stack: RunningStack) -> Iterator[None]:
    """The function that tells is not called for a while."""
    client = stack.client("lambda")
    [name] = [
        each["FunctionName"]
        for page in client.get_paginator("list_functions").paginate()
        for each in page["Functions"]
        if each["Handler"] == "tell.handler.handler"
    ]
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        client.delete_function_concurrency(FunctionName=name)


def connections(stack: RunningStack) -> set[str]:
    """The ids of the connections that the stack knows of."""
    found = stack.client("dynamodb").query(
        TableName=stack.descriptor.outputs["LiveTableName"],
        KeyConditionExpression="#kind = :kind",
        ExpressionAttributeNames={"#kind": "kind"},
        ExpressionAttributeValues={":kind": {"S": "connection"}},
    )
    return {item["id"]["S"] for item in found["Items"]}


# What comes -----------------------------------------------------------------------------------------------------------


def test_a_document_is_told_of_on_its_way_in_order(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    client = opened(f"document:{doc_hash}")
    stack.submit(doc_hash, TEXT, title="The lamp", folder=f"/{doc_hash}")
    message = client.wait_until(doc_hash, Status.INDEXED)
    document = stack.api.document(doc_hash)
    assert (message["title"], message["folder"], message["indexed_version"]) == ("The lamp", f"/{doc_hash}", 1)
    assert (message["at"], message["error"], message["progress"]) == (document.updated_at, None, None)
    revisions = [each["revision"] for each in client.about(doc_hash)]
    assert revisions == sorted(revisions)


def test_what_fails_is_told_with_its_error(stack: RunningStack, opened: Callable[..., Client], doc_hash: str) -> None:
    client = opened(f"document:{doc_hash}")
    stack.api.submit(
        {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "application/json", "content": "no JSON"}
    )
    assert client.wait_until(doc_hash, Status.FAILED)["error"]["type"] == "ExtractionFailed"


def test_two_clients_get_what_each_watches(stack: RunningStack, opened: Callable[..., Client], doc_hash: str) -> None:
    inside, outside = f"{doc_hash}-in", f"{doc_hash}-out"
    of_folder, of_all = opened(f"folder:/{doc_hash}"), opened("documents")
    stack.submit(outside, TEXT)
    stack.submit(inside, TEXT, folder=f"/{doc_hash}/deep")
    for name in (inside, outside):
        of_all.wait_until(name, Status.INDEXED)
    assert of_folder.wait_until(inside, Status.INDEXED)["topic"] == f"folder:/{doc_hash}"
    assert of_folder.about(outside) == []


def test_what_moves_away_and_what_is_deleted_is_told_in_its_folder(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    moves, goes, folder = f"{doc_hash}-m", f"{doc_hash}-g", f"/{doc_hash}"
    for name in (moves, goes):
        stack.index(name, TEXT, folder=folder, title="The lamp")
    client = opened(f"folder:{folder}")
    stack.api.edit(moves, {"folder": "/elsewhere"})
    assert client.wait_until(moves, Status.INDEXED, version=2)["folder"] == "/elsewhere"
    stack.api.delete(goes)
    deleted = client.wait_until(goes, Status.DELETED, version=2)
    assert (deleted["title"], deleted["folder"], deleted["indexed_version"]) == (None, "/", 0)
    assert not [each for each in client.about(goes) if each["version"] == 2 and each["title"]]


def test_what_changes_in_a_chat_is_told_to_its_owner_alone(stack: RunningStack, opened: Callable[..., Client]) -> None:
    def chats(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {LocalIssuer(stack.config.issuer).token(Role.VIEWER, 60)}"}
        answer = httpx.request(method, f"{stack.descriptor.api_url}{path}", json=body, headers=bearer, timeout=60)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    others = opened("chats", role=Role.ADMIN)
    listing = opened("chats")
    chat = chats("POST", "/chats", {"title": "Secretxyzzy"})["chat_id"]
    begun = listing.first(lambda each: each["chat_id"] == chat)
    assert (begun["topic"], begun["type"], begun["status"], begun["revision"]) == ("chats", "chat", "open", 1)
    watching, eve = opened(f"chat:{chat}"), opened(f"chat:{chat}", role=Role.EDITOR)

    def told(**wanted: Any) -> dict[str, Any]:
        """The first message about the chat that has these fields."""
        return watching.first(lambda each: wanted.items() <= each.items())

    messages = f"/chats/{chat}/messages"
    message = chats("POST", messages, {"question": "Where is xyzzy?"})["message_id"]
    ended = told(type="answer", message_id=message, status="no_answer")
    assert ended["text"] is None
    chats("POST", f"{messages}/{message}/feedback", {"rating": "down"})
    assert told(type="answer", revision=ended["revision"] + 1)["status"] == "no_answer"
    chats("POST", f"{messages}/{message}/again")
    # What is told is how it stands when it is read: it may have gone on since.
    watching.first(lambda each: each["type"] == "answer" and each["revision"] > ended["revision"] + 1)
    asked = told(type="chat", revision=2)
    chats("PATCH", f"/chats/{chat}", {"title": "Another"})
    assert told(type="chat", revision=3)["at"] > asked["at"]
    listing.first(lambda each: each["revision"] == 3)
    chats("DELETE", f"/chats/{chat}")
    assert told(type="chat", status="deleted")["revision"] is None
    assert listing.first(lambda each: each["status"] == "deleted")["chat_id"] == chat
    assert "xyzzy" not in json.dumps(watching.messages + listing.messages)
    for other in (others, eve):
        other.ask("ping")
        assert other.messages == []


# What does not --------------------------------------------------------------------------------------------------------


def test_a_lost_last_message_is_repaired_by_a_ping(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    client = opened(f"folder:/{doc_hash}")
    with nobody_tells(stack):
        stack.index(doc_hash, TEXT, folder=f"/{doc_hash}")
        answer = client.ask("ping")
        found = [(each["doc_hash"], each["status"]) for each in answer["messages"]]
        assert found == [(doc_hash, "indexed")]


def test_after_a_cut_nothing_is_missed(stack: RunningStack, opened: Callable[..., Client], doc_hash: str) -> None:
    client = opened(f"folder:/{doc_hash}")
    cursor = client.ask("ping")["cursor"]
    client.socket.socket.close()
    stack.index(doc_hash, TEXT, folder=f"/{doc_hash}")
    again = opened()
    assert again.ask("subscribe", topic=f"folder:/{doc_hash}", after=cursor)["cursor"] == cursor
    again.ask("ping", after=cursor)
    assert [each["status"] for each in again.about(doc_hash)][-1] == "indexed"


def test_the_changes_are_the_same_for_who_holds_no_connection(stack: RunningStack, doc_hash: str) -> None:
    cursor = changes(stack)["cursor"]
    stack.index(doc_hash, TEXT, folder=f"/{doc_hash}")
    for topic in ("documents", f"folder:/{doc_hash}", f"document:{doc_hash}"):
        found, more, after = list[dict[str, Any]](), True, cursor
        while more:
            page = changes(stack, topic=topic, after=after)
            found += [each for each in page["messages"] if each["doc_hash"] == doc_hash]
            more, after = page["more"], page["cursor"]
        assert [(each["status"], each["topic"]) for each in found][-1] == ("indexed", topic)


def changes(stack: RunningStack, **query: str) -> dict[str, Any]:
    response = stack.get(f"/changes?{'&'.join(f'{name}={value}' for name, value in query.items())}")
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


# How long -------------------------------------------------------------------------------------------------------------


def test_a_connection_ends_with_its_token_unless_it_is_renewed(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    seconds = 15
    renewed, left = (opened(f"document:{doc_hash}", minutes=seconds / 60) for _ in range(2))
    ends_at = renewed.ask("ping")["ends_at"]
    answer = renewed.ask("renew", ticket=ticket(stack).ticket)
    assert answer["ends_at"] > ends_at
    wait_for(lambda: left.ask("ping").get("error"), seconds + 30, "the time of the other one is up")
    stack.submit(doc_hash, TEXT)
    renewed.wait_until(doc_hash, Status.INDEXED)
    assert left.about(doc_hash) == []
    with pytest.raises(ConnectionClosed):
        left.socket.recv(timeout=ANSWER_SECONDS)


def test_who_may_not_read_any_more_is_told_nothing_and_ended(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    others = connections(stack)
    client = opened(f"document:{doc_hash}")
    [id] = connections(stack) - others
    other = opened(f"document:{doc_hash}")
    # As if it had been opened longer ago.
    stack.client("dynamodb").update_item(
        TableName=stack.descriptor.outputs["LiveTableName"],
        Key={"kind": {"S": "connection"}, "id": {"S": id}},
        UpdateExpression="SET ends_at = :now",
        ExpressionAttributeValues={":now": {"S": now()}},
    )
    stack.submit(doc_hash, TEXT)
    other.wait_until(doc_hash, Status.INDEXED)
    frame = json.loads(client.socket.recv(timeout=ANSWER_SECONDS))
    assert (frame["messages"], frame["error"]["code"]) == ([], "over")
    with pytest.raises(ConnectionClosed):
        client.socket.recv(timeout=ANSWER_SECONDS)


def test_a_renewal_with_a_ticket_of_somebody_else_is_refused(
    stack: RunningStack, opened: Callable[..., Client]
) -> None:
    client = opened("documents")
    for given in (ticket(stack, Role.ADMIN).ticket, "x" * 43, ""):
        assert client.ask("renew", ticket=given)["error"]["code"] == "ticket_refused"
    assert client.ask("ping")["answer"] == "ping"


def test_a_connection_that_is_gone_is_forgotten(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    client = opened("documents")
    there = connections(stack)
    client.socket.close()
    wait_for(lambda: connections(stack) < there, ANSWER_SECONDS, "it is forgotten when it is closed")
    client = opened("documents")
    [id] = connections(stack) - there
    table = stack.descriptor.outputs["LiveTableName"]
    kept = stack.client("dynamodb").get_item(TableName=table, Key={"kind": {"S": "connection"}, "id": {"S": id}})
    # One whose end nobody was told of, such as before a restart.
    gone = {**kept["Item"], "id": {"S": "nobody"}}
    stack.client("dynamodb").put_item(TableName=table, Item=gone)
    stack.submit(doc_hash, TEXT)
    client.wait_until(doc_hash, Status.INDEXED)
    wait_for(lambda: "nobody" not in connections(stack), ANSWER_SECONDS, "it is forgotten when it is posted to")


# Tickets --------------------------------------------------------------------------------------------------------------


def test_a_ticket_that_is_used_late_or_made_up_opens_nothing(stack: RunningStack) -> None:
    used, late = ticket(stack), ticket(stack)
    connect(url(used), legacy=True).close()
    client, table = stack.client("dynamodb"), stack.descriptor.outputs["LiveTableName"]
    query = {":kind": {"S": "ticket"}}
    kept = client.query(
        TableName=table,
        KeyConditionExpression="#kind = :kind",
        ExpressionAttributeNames={"#kind": "kind"},
        ExpressionAttributeValues=query,
    )["Items"]
    for item in kept:
        client.put_item(TableName=table, Item={**item, "good_until": {"S": "2026-01-01T00:00:00.000000+00:00"}})
    for text in (used.ticket, late.ticket, "x" * 43, "", "x" * 5000, "%00", "../.."):
        with pytest.raises(InvalidStatus) as refused:
            connect(url(used, text), legacy=True)
        assert 400 <= refused.value.response.status_code < 500
    with pytest.raises(InvalidStatus):
        connect(used.url, legacy=True)


def test_no_log_and_no_table_has_a_ticket(stack: RunningStack, opened: Callable[..., Client]) -> None:
    kept, used, renewed = ticket(stack), ticket(stack), ticket(stack)
    with connect(url(used), legacy=True) as socket:
        Client(socket).ask("renew", ticket=renewed.ticket)
    with pytest.raises(InvalidStatus):
        connect(url(used), legacy=True)
    texts = [each.ticket for each in (kept, used, renewed)]
    items = json.dumps(stack.client("dynamodb").scan(TableName=stack.descriptor.outputs["LiveTableName"])["Items"])
    assert not [text for text in texts if text in items]
    logs = stack.client("logs")
    lines = [
        event["message"]
        for group in logs.describe_log_groups()["logGroups"]
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    ]
    assert lines
    assert not [line for line in lines for text in texts if text in line]
    for file in Path(stack.config.logs).iterdir():
        assert not [text for text in texts if text in file.read_text(errors="replace")], file


# The clients of the docs ----------------------------------------------------------------------------------------------


def code(language: str) -> str:
    """The client in docs/live.md."""
    _, _, rest = (REPOSITORY / "docs" / "live.md").read_text().partition(f"```{language}\n")
    return rest.partition("```")[0]


def test_the_client_in_python_is_told(stack: RunningStack, doc_hash: str) -> None:
    namespace: dict[str, Any] = {}
    exec(compile(code("python"), "docs/live.md", "exec"), namespace)
    shown: list[str] = []

    def show(message: dict[str, Any]) -> None:
        shown.append(message["status"])
        if message["status"] == "indexed":
            raise SystemExit

    def run() -> None:
        with suppress(SystemExit):
            namespace["watch"](stack.descriptor.api_url, stack.descriptor.token, f"document:{doc_hash}", show)

    client = threading.Thread(target=run, daemon=True)
    there = connections(stack)
    client.start()
    wait_for(lambda: connections(stack) - there, ANSWER_SECONDS, "it is connected")
    stack.submit(doc_hash, TEXT)
    wait_for(lambda: "indexed" in shown, RUN_SECONDS, "it is told")


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node to run it with")
def test_the_client_in_javascript_is_told(stack: RunningStack, doc_hash: str) -> None:
    arguments = [
        json.dumps(each) for each in (stack.descriptor.api_url, stack.descriptor.token(), f"document:{doc_hash}")
    ]
    call = "watch({}, () => {}, {}, (message) => console.log(message.status));".format(*arguments)
    # Node has it without the flag from version 22 on.
    command = ["node", "--experimental-websocket", "--input-type=module", "--eval", f"{code('javascript')}\n{call}"]
    there = connections(stack)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        given_up = threading.Timer(RUN_SECONDS + ANSWER_SECONDS, client.kill)
        given_up.start()
        try:
            wait_for(lambda: connections(stack) - there, ANSWER_SECONDS, "it is connected")
            stack.submit(doc_hash, TEXT)
            assert client.stdout is not None
            assert "indexed" in (line.strip() for line in client.stdout)
        finally:
            given_up.cancel()
            client.kill()


# What is none ---------------------------------------------------------------------------------------------------------


def test_what_is_no_action_is_answered(stack: RunningStack, opened: Callable[..., Client]) -> None:
    client = opened("documents")
    bad = ("no JSON", "[]", "", {"action": "shout"}, {"action": "subscribe", "topic": "everything"}, "x" * 100_000)
    for what in bad:
        assert client.send(what)["error"]["code"] == "not_understood"
    assert client.ask("ping")["answer"] == "ping"


def test_a_message_of_200_kilobytes_ends_its_connection_alone(
    stack: RunningStack, opened: Callable[..., Client]
) -> None:
    client, other = opened("documents"), opened("documents")
    client.socket.send("x" * 200_000)
    with pytest.raises(ConnectionClosed):
        client.socket.recv(timeout=ANSWER_SECONDS)
    assert other.ask("ping")["answer"] == "ping"


def test_thousands_of_subscriptions_end_their_connection_alone(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    client, other = opened(), opened(f"document:{doc_hash}")
    codes = list[str | None]()

    def subscribe(times: int) -> None:
        for number in range(times):
            codes.append(client.ask("subscribe", topic=f"document:{number}").get("error", {}).get("code"))

    with pytest.raises(ConnectionClosed):
        subscribe(10_000)
    assert codes[:TOPICS_MAX] == [None] * TOPICS_MAX
    assert codes[TOPICS_MAX:] == ["too_many_topics"] * (FAULTS_MAX - 1) + ["over"]
    stack.submit(doc_hash, TEXT)
    other.wait_until(doc_hash, Status.INDEXED)


def test_one_connection_too_many_is_told_so(stack: RunningStack, opened: Callable[..., Client]) -> None:
    client, table = stack.client("dynamodb"), stack.descriptor.outputs["LiveTableName"]
    others = connections(stack)
    first = opened("documents")
    [id] = connections(stack) - others
    item = client.get_item(TableName=table, Key={"kind": {"S": "connection"}, "id": {"S": id}})["Item"]
    # As many as there may be, of which this test holds one.
    item = {name: value for name, value in item.items() if name != "topics"}
    keys = [{"kind": item["kind"], "id": {"S": f"held-{number}"}} for number in range(CONNECTIONS_MAX - 1)]
    for key in keys:
        client.put_item(TableName=table, Item={**item, **key})
    try:
        late, other = opened(), opened(role=Role.ADMIN)
        assert late.ask("subscribe", topic="documents")["error"]["code"] == "too_many_connections"
        with pytest.raises(ConnectionClosed):
            late.socket.recv(timeout=ANSWER_SECONDS)
        assert other.ask("ping")["answer"] == "ping"
        assert first.ask("ping")["answer"] == "ping"
    finally:
        for key in keys:
            client.delete_item(TableName=table, Key=key)
    assert opened().ask("ping")["answer"] == "ping"


def test_a_client_that_reads_nothing_keeps_nobody_waiting(
    stack: RunningStack, opened: Callable[..., Client], doc_hash: str
) -> None:
    others = connections(stack)
    with connect(url(ticket(stack)), legacy=True, max_queue=1, ping_interval=None, close_timeout=0.1) as deaf:
        deaf.send(json.dumps({"action": "subscribe", "topic": "documents"}))
        [id] = connections(stack) - others
        other = opened(f"document:{doc_hash}")
        poster = aws.client(stack.descriptor.outputs["LiveUrl"].replace("ws:", "http:"), "apigatewaymanagementapi")
        with pytest.raises(poster.exceptions.LimitExceededException):
            _post_until_refused(poster, id)
        stack.submit(doc_hash, TEXT)
        other.wait_until(doc_hash, Status.INDEXED)


def _post_until_refused(poster: Any, id: str) -> None:
    for _ in range(5000):
        # At random, since what goes over a connection is compressed.
        poster.post_to_connection(ConnectionId=id, Data=secrets.token_hex(15_000).encode())
