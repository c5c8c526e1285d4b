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
def answering(status: int, body: bytes = b"") -> Iterator[str]:
    """A server that has this answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
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
    vectors = EmbeddingClient(service_url, 60, "minilm").embed(texts)
    assert (np.array(vectors, np.float32) * encoder.encode(texts)).sum(axis=1).min() >= 0.9995


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
def test_a_service_of_another_model_is_refused_before_it_embeds_anything(info: object) -> None:
    with answering(200, json.dumps(info).encode()) as url, pytest.raises(EmbeddingRejected, match="is for 'minilm'"):
        EmbeddingClient(url, 10, "minilm").embed(["a"])


def test_nobody_there_is_a_cause_to_try_again() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_port
    with pytest.raises(EmbeddingUnavailable):
        EmbeddingClient(f"http://127.0.0.1:{port}", 10, "minilm").embed(["a"])
