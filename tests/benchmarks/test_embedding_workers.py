"""What passes between the benchmark and its processes: jobs, answers, the HTTP client, the model's folder."""

import http.server
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpus import stdlib_documents
from benchmarks.embedding import http_client
from benchmarks.embedding.jobs import Worker
from benchmarks.embedding.memory import peak_memory_mib
from benchmarks.embedding.model_folder import write_model_folder
from benchmarks.embedding.texts import text_sets
from benchmarks.errors import RunError

REPOSITORY = Path(__file__).resolve().parents[2]
ECHO = """
from benchmarks.embedding.jobs import private_output, serve
send = private_output()
print("a library says something")
send({"ready": True})
serve(send, lambda job: {"twice": 2 * job["number"]})
"""


def worker(code: str, log: Path) -> Worker:
    return Worker(
        "the worker", [sys.executable, "-c", code], cwd=REPOSITORY, env=dict(os.environ), log=log, start_limit=30
    )


def test_a_worker_answers_jobs_whatever_its_libraries_print(tmp_path: Path) -> None:
    with worker(ECHO, tmp_path / "log") as echo:
        assert echo.first == {"ready": True}
        assert echo.start_seconds > 0
        assert [echo.ask({"number": number}, 30)["twice"] for number in (1, 2)] == [2, 4]
        assert peak_memory_mib(echo.pid) > 1


def test_a_worker_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"(?s)the worker ended.*no such engine"):
        worker("raise SystemExit('no such engine')", tmp_path / "log")


def test_a_worker_that_fails_on_a_job_is_named_with_its_last_words(tmp_path: Path) -> None:
    with (
        worker(ECHO, tmp_path / "log") as echo,
        pytest.raises(RunError, match=r"(?s)the worker ended.*KeyError: 'number'"),
    ):
        echo.ask({}, 30)


class _Server(http.server.BaseHTTPRequestHandler):
    """Answers a text "7" with the vector [7, 1]; fails on a text that is no number."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = sent.get("inputs") or sent["input"]
        status = 200 if all(map(str.isdigit, texts)) else 422
        rows = [[float(text), 1.0] for text in texts] if status == 200 else []
        if self.path == "/embeddings":  # in no order, as the protocol allows
            content = json.dumps({"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)][::-1]})
        else:
            content = json.dumps(rows)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def job(
    address: str, tmp_path: Path, texts: list[str], wire: str, seconds: float, vectors: str | None
) -> dict[str, object]:
    path = tmp_path / "texts.json"
    path.write_text(json.dumps(texts))
    route = "/embed" if wire == "tei" else "/embeddings"
    return {
        "url": address + route, "wire": wire, "texts": str(path), "texts_a_call": 4, "clients": 3,
        "seconds": seconds, "vectors": vectors,
    }  # fmt: skip


@pytest.mark.parametrize("wire", ["tei", "openai"])
def test_the_client_brings_the_vectors_of_all_texts_in_their_order(address: str, tmp_path: Path, wire: str) -> None:
    texts = [str(number) for number in range(10)]
    path = tmp_path / "vectors.npy"
    assert http_client.do(job(address, tmp_path, texts, wire, 0, str(path)))["texts"] == 10
    assert np.load(path).tolist() == [[float(number), 1.0] for number in range(10)]


def test_the_client_counts_every_text_that_was_answered(address: str, tmp_path: Path) -> None:
    answer = http_client.do(job(address, tmp_path, ["1"] * 10, "tei", 0.2, None))
    assert answer["seconds"] >= 0.2
    assert answer["texts"] >= 10


def test_an_answer_that_is_no_success_ends_the_measurement(address: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="422"):
        http_client.do(job(address, tmp_path, ["no number"], "tei", 0.2, None))


def test_the_model_folder_is_one_of_sentence_transformers(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_model_folder(folder)
    modules = json.loads((folder / "modules.json").read_text())
    assert [module["type"].rpartition(".")[2] for module in modules] == ["Transformer", "Pooling", "Normalize"]
    assert all((folder / module["path"]).is_dir() for module in modules)
    assert json.loads((folder / "1_Pooling" / "config.json").read_text())["pooling_mode_mean_tokens"] is True
    assert json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"] == 256
    assert json.loads((folder / "tokenizer_config.json").read_text())["model_max_length"] == 256


def test_texts_are_of_their_kind_and_the_same_each_time() -> None:
    documents = stdlib_documents()[:60]
    long, mixed = text_sets(documents, "minilm", 20, 8)
    assert (long, mixed) == text_sets(documents, "minilm", 20, 8)
    assert min(long.tokens) >= 240
    assert max(long.tokens) <= 256
    assert all(8 <= len(text.split()) <= 300 for text in mixed.texts)
    for one in (long, mixed):
        assert (len(one.texts), len(one.warm_up), len(one.tokens)) == (20, 8, 20)
        assert not set(one.texts) & set(one.warm_up)


def test_too_small_a_corpus_is_refused() -> None:
    with pytest.raises(RunError, match="passages of 240 tokens"):
        text_sets(stdlib_documents()[:3], "minilm", 100, 8)
