"""The pipeline's client of the embedding service: the vectors, and an error that says whether to try again."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from bloomweaver.adapters.embedding_client import EmbeddingClient
from bloomweaver.errors import EmbeddingOverloaded, EmbeddingRejected, EmbeddingUnavailable
from embedding_service.encoder.encoder import Encoder


@contextmanager
def answering(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Iterator[str]:
    """A server that has this answer to everything. `headers` may be changed meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_vectors_come_in_the_order_of_the_texts(service_url: str, encoder: Encoder) -> None:
    texts = ["one", "two words", "three of them"]
    vectors = EmbeddingClient(service_url, 60, "minilm").embed(texts).vectors
    assert (np.array(vectors, np.float32) * encoder.encode(texts)).sum(axis=1).min() >= 0.9995


def test_the_tokens_of_the_texts_are_those_that_the_service_counted(service_url: str, encoder: Encoder) -> None:
    texts = ["one", "two words", "three of them"]
    embedded = EmbeddingClient(service_url, 60, "minilm").embed(texts)
    assert embedded.tokens == sum(map(len, encoder.tokenize(texts)))


@pytest.mark.parametrize(
    ("headers", "tokens"), [({}, None), ({"x-compute-tokens": "12"}, 12), ({"X-Compute-Tokens": "many"}, None)]
)
def test_a_service_need_not_say_how_many_tokens_there_were(headers: dict[str, str], tokens: int | None) -> None:
    with answering(200, b"[[0.5]]", {"X-Model": "minilm", **headers}) as url:
        assert EmbeddingClient(url, 10, "minilm").embed(["a"]).tokens == tokens


def test_a_text_that_the_service_refuses_is_no_cause_to_try_again(service_url: str) -> None:
    with pytest.raises(EmbeddingRejected, match="302 tokens"):
        EmbeddingClient(service_url, 60, "minilm").embed(["word " * 300])


@pytest.mark.parametrize(
    ("status", "error"),
    [(status, EmbeddingUnavailable) for status in (408, 500, 502, 503, 504)]
    + [(429, EmbeddingOverloaded)]
    + [(status, EmbeddingRejected) for status in (400, 404, 413, 415, 422, 424)],
)
def test_the_status_decides_the_error(status: int, error: type[Exception]) -> None:
    with answering(status) as url, pytest.raises(error, match=str(status)):
        EmbeddingClient(url, 10, "minilm").embed(["a"])


@pytest.mark.parametrize("info", [{"model": "bge-small", "dimension": 384}, {"model_id": "x"}, []])
def test_a_service_that_names_its_model_when_asked_has_to_name_the_right_one(info: object) -> None:
    with answering(200, json.dumps(info).encode()) as url, pytest.raises(EmbeddingUnavailable, match="is for 'minilm'"):
        EmbeddingClient(url, 10, "minilm").embed(["a"])


def test_an_answer_of_another_model_is_never_taken_whoever_answered_before() -> None:
    names = {"X-Model": "minilm", "X-Model-Id": "some/minilm"}
    with answering(200, b"[[0.5]]", names) as url:
        client = EmbeddingClient(url, 10, "minilm")
        assert client.embed(["a"]).vectors == [[0.5]]
        names.update({"X-Model": "other", "X-Model-Id": "some/other"})
        with pytest.raises(EmbeddingUnavailable, match="runs the model 'other', this deployment is for 'minilm'"):
            client.embed(["a"])


def test_what_another_model_refuses_is_not_refused() -> None:
    # Its limit of tokens is not that of the right one.
    with answering(413, b"{}", {"X-Model": "other"}) as url, pytest.raises(EmbeddingUnavailable, match="'other'"):
        EmbeddingClient(url, 10, "minilm").embed(["a"])


def test_a_model_that_is_named_by_its_folder_is_known_by_that() -> None:
    with answering(200, b"[[0.5]]", {"X-Model": "mod%C3%A8le", "X-Model-Id": "/a%20place/mod%C3%A8le"}) as url:
        assert EmbeddingClient(url, 10, "/a place/modèle").embed(["a"]).vectors == [[0.5]]


def test_nobody_there_is_a_cause_to_try_again() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_port
    with pytest.raises(EmbeddingUnavailable):
        EmbeddingClient(f"http://127.0.0.1:{port}", 10, "minilm").embed(["a"])
