"""An answer that was cut off is none; a whole one is taken as it is."""

import queue
import socket
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.core.lambda_runtime import ProvidedWorker

from local.emulator import whole_answers
from local.ports import LOOPBACK

REQUEST = "request-1"
BOUND_SECONDS = 20.0


class Server(socketserver.ThreadingTCPServer):
    """The Runtime API of one environment. `ended` is set when a request was handled, or broke off."""

    daemon_threads = True
    ended = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nobody is told: the client is gone."""

    def shutdown_request(self, request: Any) -> None:
        """Note that it is over."""
        super().shutdown_request(request)
        self.ended.set()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> ProvidedWorker:
    """An environment that waits for the answer to one invocation."""
    monkeypatch.setattr(ProvidedWorker, "_build_handler_class", ProvidedWorker._build_handler_class)
    whole_answers.install()
    made = ProvidedWorker("function", {}, b"")
    made._generation, made._current_request_id = 1, REQUEST
    return made


@pytest.fixture
def server(worker: ProvidedWorker) -> Iterator[Server]:
    """Its Runtime API."""
    handler = worker._build_handler_class(1, queue.Queue())
    with Server((LOOPBACK, 0), handler) as made:
        made.ended = threading.Event()
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def answer(server: Server, body: bytes, *, length: int) -> None:
    """POST a body, said to be of that length, and die."""
    path = f"/2018-06-01/runtime/invocation/{REQUEST}/response"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection(server.server_address[:2]) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        assert server.ended.wait(BOUND_SECONDS)


@pytest.mark.parametrize("body", [b"", b'{"stale"', b'"'])
def test_an_answer_that_was_cut_off_is_none(worker: ProvidedWorker, server: Server, body: bytes) -> None:
    answer(server, body, length=20)
    assert not worker._response_ready.is_set()
    assert worker._result == {}


@pytest.mark.parametrize(("body", "taken"), [(b'{"stale": []}', {"stale": []}), (b"", ""), (b"null", None)])
def test_a_whole_answer_is_taken_as_it_is(worker: ProvidedWorker, server: Server, body: bytes, taken: object) -> None:
    answer(server, body, length=len(body))
    assert worker._response_ready.is_set()
    assert worker._result == {"response": taken}
