"""Posting to connections, against a server that answers as API Gateway does when something is amiss."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import CLIENT_CONFIG
from bloomweaver.adapters.connection_poster import ConnectionPoster
from bloomweaver.live.ports import Delivery
from local.ports import LOOPBACK

ERRORS = {
    "gone": (410, "GoneException"),
    "full": (429, "LimitExceededException"),
    "large": (413, "PayloadTooLargeException"),
    "forbidden": (403, "ForbiddenException"),
    "broken": (500, "InternalServerError"),
}


class Gateway(ThreadingHTTPServer):
    """Takes what is posted. A connection whose name begins with an error has that error."""

    daemon_threads = True
    # Of connections that come at the same time, so that none is refused.
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.posted: list[tuple[str, str]] = []
        self.ended: list[str] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}/live"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gateway

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.lock:
            self.server.posted.append((self._connection, text))
        self._answer()

    def do_DELETE(self) -> None:
        with self.server.lock:
            self.server.ended.append(self._connection)
        self._answer()

    @property
    def _connection(self) -> str:
        path, _, name = unquote(self.path).rpartition("/")
        assert path == "/live/@connections"
        return name

    def _answer(self) -> None:
        status, error = ERRORS.get(self._connection.partition("-")[0], (200, ""))
        self.send_response(status)
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def poster(url: str) -> ConnectionPoster:
    client = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # Without the second try, which waits.
        config=CLIENT_CONFIG.merge(Config(retries={"total_max_attempts": 1})),
    )
    return ConnectionPoster(client)


def test_each_connection_gets_its_frames_in_their_order(gateway: Gateway) -> None:
    frames = {f"c{place}=": [f"{place}-{number}" for number in range(5)] for place in range(40)}
    assert set(poster(gateway.url).post(frames).values()) == {Delivery.DELIVERED}
    for id, texts in frames.items():
        assert [text for posted, text in gateway.posted if posted == id] == texts


def test_what_is_posted_arrives_as_it_is(gateway: Gateway) -> None:
    text = '{"messages":["\u00e9 \U0001f33c \\u0000"]}'
    poster(gateway.url).post({"c1": [text]})
    assert gateway.posted == [("c1", text)]


def test_one_that_takes_nothing_keeps_no_other_from_it(gateway: Gateway) -> None:
    names = ["c1", "gone-1", "c2", "full-1", "broken-1", "c3", "large-1"]
    found = poster(gateway.url).post({id: ["one", "two"] for id in names})
    assert found == {
        **dict.fromkeys(("c1", "c2", "c3"), Delivery.DELIVERED),
        "gone-1": Delivery.GONE,
        **dict.fromkeys(("full-1", "broken-1"), Delivery.MISSED),
        "large-1": Delivery.MISSED,
    }
    assert [text for id, text in gateway.posted if id == "full-1"] == ["one"], "what follows would not be in order"


def test_nobody_to_post_to_is_nothing(gateway: Gateway) -> None:
    assert poster(gateway.url).post({}) == {}


def test_where_nobody_answers_it_is_missed(taken_port: int) -> None:
    unreachable = poster(f"http://{LOOPBACK}:{taken_port}/live")
    assert unreachable.post({"c1": ["one"], "c2": ["two"]}) == dict.fromkeys(("c1", "c2"), Delivery.MISSED)
    unreachable.end("c1")


def test_a_role_that_may_not_post_is_an_error(gateway: Gateway) -> None:
    for call in (
        lambda: poster(gateway.url).post({"forbidden": ["one"]}),
        lambda: poster(gateway.url).end("forbidden"),
    ):
        with pytest.raises(ClientError):
            call()


@pytest.mark.parametrize("id", ["c1", "gone-1", "full-1", "broken-1"])
def test_a_connection_is_ended_or_will_end_by_itself(gateway: Gateway, id: str) -> None:
    poster(gateway.url).end(id)
    assert gateway.ended == [id]
