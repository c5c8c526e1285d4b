"""Clients that send too much, too little, nonsense, or all at once. None of them may cost another one its answer."""

import json
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil
import pytest

from embedding_service.encoder.encoder import Encoder
from tests.embedding_service.gated_engine import WAIT_SECONDS
from tests.embedding_service.service_process import running_service

SAME = 0.9995
MEGABYTE = "word " * 210_000
CLIENTS, REQUESTS = 24, 300
ROUTES = ("/embed", "/v1/embeddings")


def body_of(route: str, texts: Any, **options: Any) -> dict[str, Any]:
    fields = {"inputs": texts} if route == "/embed" else {"input": texts, "model": "minilm"}
    return fields | options


def vectors_of(route: str, answer: httpx.Response) -> Any:
    body = answer.json()
    return np.array(body if route == "/embed" else [one["embedding"] for one in body["data"]], np.float32)


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=WAIT_SECONDS)


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of an answer after which the service closes the connection."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize(("route", "status"), [("/embed", 413), ("/v1/embeddings", 400)])
def test_ten_thousand_texts_are_refused(service_url: str, route: str, status: int) -> None:
    answer = httpx.post(service_url + route, json=body_of(route, ["a"] * 10_000), timeout=60)
    assert answer.status_code == status
    assert "10000" in answer.text


@pytest.mark.parametrize(("route", "status"), [("/embed", 413), ("/v1/embeddings", 400)])
def test_a_text_of_a_megabyte_is_refused(service_url: str, route: str, status: int) -> None:
    answer = httpx.post(service_url + route, json=body_of(route, MEGABYTE), timeout=60)
    assert answer.status_code == status
    assert "210002 tokens" in answer.text


def test_a_text_of_a_megabyte_is_cut_where_the_client_asks_for_it(service_url: str, encoder: Encoder) -> None:
    answer = httpx.post(f"{service_url}/embed", json=body_of("/embed", [MEGABYTE, "a"], truncate=True), timeout=60)
    expected = encoder.encode([MEGABYTE[:2000], "a"], truncate=True)
    assert (vectors_of("/embed", answer) * expected).sum(axis=1).min() >= SAME


@pytest.mark.parametrize("route", ROUTES)
def test_nul_and_other_control_characters_are_text(service_url: str, encoder: Encoder, route: str) -> None:
    texts = ["\x00", "a\x00b", "\x01\x1f\x7f", "\u2028\ufeff\uffff", "\U0010ffff"]
    answer = httpx.post(service_url + route, json=body_of(route, texts), timeout=60)
    assert (vectors_of(route, answer) * encoder.encode(texts)).sum(axis=1).min() >= SAME


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("body", [b"text", b'{"input', b"\x00\xff", b"{} {}", b'"\\ud800"', b'{"input": "\\udfff"}'])
def test_what_is_not_json_is_refused(service_url: str, route: str, body: bytes) -> None:
    answer = httpx.post(service_url + route, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "JSON" in answer.text


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_that_stops_half_way_is_answered_with_408_and_let_go(route: str) -> None:
    head = f"POST {route} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
    with running_service(receive_seconds=1) as (service, url):
        process = psutil.Process(service.process.pid)
        with connect(url) as declared, connect(url) as chunked:
            declared.sendall(head + b'Content-Length: 1000\r\n\r\n{"inputs": "a')
            chunked.sendall(head + b'Transfer-Encoding: chunked\r\n\r\nd\r\n{"inputs": "a\r\n')
            for connection in (declared, chunked):
                status, body = read_answer(connection)
                assert status == 408
                assert "error" in json.loads(body)
        assert [one for one in process.net_connections("tcp") if one.status == psutil.CONN_ESTABLISHED] == []
        assert httpx.post(url + route, json=body_of(route, "a"), timeout=60).status_code == 200


def test_a_head_that_stops_half_way_ends_its_connection() -> None:
    whole = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    with running_service(receive_seconds=1) as (_, url):
        for sent in (b"", b"GET /hea", whole + whole[:10]):
            with connect(url) as connection:
                connection.sendall(sent)
                received = b"".join(iter(lambda connection=connection: connection.recv(65536), b""))  # type: ignore[misc]
            assert received.count(b"200 OK") == sent.count(whole)


def test_a_client_that_leaves_in_the_middle_of_its_body_disturbs_nobody(service_url: str) -> None:
    for _ in range(20):
        with connect(service_url) as connection:
            connection.sendall(b"POST /embed HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            connection.sendall(b'Content-Length: 1000\r\n\r\n{"inputs": "a')
    assert httpx.post(f"{service_url}/embed", json=body_of("/embed", "a"), timeout=60).status_code == 200


def test_many_clients_at_once_get_their_own_vectors_or_429(encoder: Encoder) -> None:
    random = np.random.default_rng(1)
    words = ["water", "energy", "light", "music", "stone", "river", "market", "winter"]
    pool = [" ".join(random.choice(words, size)) for size in random.integers(1, 60, 64)]
    expected = encoder.encode(pool)
    picks = [random.integers(0, len(pool), size).tolist() for size in random.integers(1, 6, REQUESTS)]
    with running_service(max_queued_tokens=4000) as (_, url), httpx.Client(timeout=60) as client:

        def request(number: int) -> int:
            route, places = ROUTES[number % 2], picks[number]
            answer = client.post(url + route, json=body_of(route, [pool[place] for place in places]))
            if answer.status_code == 200:
                assert (vectors_of(route, answer) * expected[places]).sum(axis=1).min() >= SAME
            return answer.status_code

        with ThreadPoolExecutor(CLIENTS) as clients:
            statuses = list(clients.map(request, range(REQUESTS)))
    assert statuses.count(200) > REQUESTS / 10
    assert set(statuses) <= {200, 429}


def test_sigterm_under_load_answers_every_request_that_was_accepted() -> None:
    stopping = threading.Event()
    answered, refused = [], []
    with running_service() as (service, url):

        def client(number: int) -> None:
            with httpx.Client(base_url=url, timeout=60) as http:
                while not stopping.is_set():
                    sent = threading.Event()

                    def on_event(name: str, _: Any, sent: threading.Event = sent) -> None:
                        if name == "http11.receive_response_headers.complete":
                            sent.set()

                    try:
                        answer = http.post(
                            "/embed", json={"inputs": [f"client {number} " * 40] * 3}, extensions={"trace": on_event}
                        )
                    except httpx.TransportError as error:
                        # The connection was closed between two requests. An answer that has begun is never cut.
                        assert not sent.is_set()
                        refused.append(error)
                        return
                    answered.append(answer.status_code)
                    if len(answered) == 40:
                        service.process.send_signal(signal.SIGTERM)

        with ThreadPoolExecutor(8) as clients:
            for done in [clients.submit(client, number) for number in range(8)]:
                done.result()
        assert service.wait_for_end() == 0
    assert set(answered) == {200}
    assert len(refused) == 8
    assert all(line["level"] == "INFO" for line in service.log)
