"""The Pinecone stub itself: the SDK's public surface works against it, it refuses what Pinecone does, and it obeys."""

import json
import math
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from pinecone import ApiError, DenseVectorQuery, NotFoundError, Pinecone, TextQuery, UnauthorizedError
from pinecone.index import Index

from tests.pinecone_stub import DEFAULT_API_KEY, Fault, PineconeStub
from tests.pinecone_stub.text_search import tokens
from tests.vector_stores.conftest import ROOT

SCHEMA = {
    "fields": {
        "embedding": {"type": "dense_vector", "dimension": 3, "metric": "cosine"},
        "text": {"type": "string", "full_text_search": {}},
    }
}


@pytest.fixture
def client(stub: PineconeStub) -> Pinecone:
    return Pinecone(api_key=DEFAULT_API_KEY, host=stub.url)


@pytest.fixture
def index(client: Pinecone) -> Iterator[Index]:
    client.indexes.create(name="articles", schema=SCHEMA)
    with client.index("articles") as opened:
        yield opened


def document(number: int, **fields: Any) -> dict[str, Any]:
    return {"_id": f"doc-{number:03d}", "embedding": [1.0, float(number), 0.0], "text": f"text {number}", **fields}


def test_indexes_are_created_described_listed_and_deleted(client: Pinecone) -> None:
    created = client.indexes.create(name="articles", schema=SCHEMA)
    described = client.indexes.describe("articles")

    assert created.status.ready
    assert described == created
    assert described.dimension == 3
    assert [one.name for one in client.indexes.list()] == ["articles"]
    with pytest.raises(ApiError, match="409"):
        client.indexes.create(name="articles", schema=SCHEMA)

    client.indexes.delete("articles")

    assert not client.indexes.exists("articles")


def test_documents_are_written_searched_fetched_listed_and_deleted(index: Index) -> None:
    documents = [document(number, year=2000 + number, tags=["a"]) for number in range(150)]
    assert index.documents.upsert(namespace="n", documents=documents).upserted_count == 150

    found = index.documents.search(
        namespace="n",
        score_by=[DenseVectorQuery(field="embedding", values=[1.0, 5.0, 0.0])],
        top_k=2,
        include_fields=["year", "nothing"],
        filter={"year": {"$lte": 2005}},
    )
    assert found.matches[0].to_dict() == {"_id": "doc-005", "_score": 1.0, "year": 2005.0}
    bare = index.documents.search(
        namespace="n", score_by=[DenseVectorQuery(field="embedding", values=[1.0, 5.0, 0.0])], top_k=1
    )
    assert set(bare.matches[0].to_dict()) == {"_id", "_score"}

    fetched = index.documents.fetch(namespace="n", ids=["doc-001", "missing"])
    assert fetched.documents["doc-001"].to_dict() == {**document(1, year=2001.0, tags=["a"])}
    assert list(fetched.documents) == ["doc-001"]

    listed = index.documents.list(namespace="n", prefix="doc-1")
    assert [entry.id for entry in listed] == [f"doc-{number}" for number in range(100, 150)]
    assert [len(page.items) for page in index.documents.list(namespace="n").pages()] == [100, 50]

    index.documents.delete(namespace="n", ids=["doc-005", "missing"])
    assert "doc-005" not in [entry.id for entry in index.documents.list(namespace="n")]


@pytest.mark.parametrize(
    "documents",
    [
        [{"_id": "a", "text": "no vector"}],
        [{"_id": "a", "embedding": [1.0, 2.0]}],
        [{"_id": "a", "embedding": [0.0, 0.0, 0.0]}],
        [document(0, _reserved=1)],
        [document(0, **{"$reserved": 1})],
        [document(0, null=None)],
        [document(0, nested={"a": 1})],
        [document(0, numbers=[1, 2])],
        [document(0, large="x" * 40_001)],
        [{**document(0), "text": "x" * 100_001}],
        [{**document(0), "text": "x " * 10_001}],
        [{**document(0), "text": 5}],
    ],
)
def test_a_request_with_one_bad_document_stores_none(index: Index, documents: list[dict[str, Any]]) -> None:
    with pytest.raises(ApiError, match="400 INVALID_ARGUMENT"):
        index.documents.upsert(namespace="n", documents=[document(1), *documents])

    assert list(index.documents.list(namespace="n")) == []


def test_a_request_that_is_too_large_is_refused(index: Index) -> None:
    with pytest.raises(ApiError, match="413"):
        index.documents.upsert(
            namespace="n", documents=[{**document(number), "text": "x" * 99_000} for number in range(21)]
        )


@pytest.mark.parametrize(
    "filter",
    [
        {"a": {"$regex": "x"}},
        {"$not": {"a": 1}},
        {"a": {"$gt": "x"}},
        {"a": {"$in": "x"}},
        {"a": None},
        {"$or": []},
        {"text": {"$eq": "x"}},
    ],
)
def test_a_filter_that_is_none_is_refused(index: Index, filter: dict[str, Any]) -> None:
    index.documents.upsert(namespace="n", documents=[document(1, a=1)])

    with pytest.raises(ApiError, match="400 INVALID_ARGUMENT"):
        index.documents.search(
            namespace="n",
            score_by=[DenseVectorQuery(field="embedding", values=[1.0, 0.0, 0.0])],
            top_k=1,
            filter=filter,
        )


def texts(index: Index, **by_id: str) -> None:
    documents = [{"_id": one, "embedding": [1.0, 0.0, 0.0], "text": text} for one, text in by_id.items()]
    index.documents.upsert(namespace="n", documents=documents)


def scores(index: Index, *queries: str, **arguments: Any) -> dict[str, float]:
    score_by = [TextQuery(query=query, fields=["text"]) for query in queries]
    found = index.documents.search(namespace="n", score_by=score_by, top_k=10, **arguments)
    return {match.id: match.score or 0 for match in found.matches}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("State-of-the-art, isn't it?", ["state", "of", "the", "art", "isn", "t", "it"]),
        ("Größe_1 C++ 世界\u3000नमस्ते", ["größe", "1", "c", "世界", "नमस्ते"]),
        ("x" * 41, ["x" * 40]),
        (" .,\n", []),
    ],
)
def test_a_text_becomes_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_text_is_scored_by_bm25(index: Index) -> None:
    texts(index, a="Harbour tide", b="harbour, harbour wind wave", c="wind", d="")

    found = scores(index, "harbour")

    # Four documents of 7 words in all, two of which have the word: idf = log(1 + 2.5 / 2.5).
    idf, mean = math.log(2), 7 / 4
    expected = {
        "a": idf * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / mean)),
        "b": idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / mean)),
    }
    assert found == pytest.approx(expected, rel=1e-6)
    assert list(found) == sorted(expected, key=lambda one: -expected[one])


def test_clauses_of_text_are_added_up_and_one_that_is_repeated_counts_once(index: Index) -> None:
    texts(index, a="harbour tide", b="tide", c="wind")

    together = scores(index, "harbour tide")

    assert set(together) == {"a", "b"}
    assert scores(index, "harbour", "tide", "harbour") == pytest.approx(together, rel=1e-6)


def test_nothing_in_a_text_query_is_syntax(index: Index) -> None:
    texts(index, a="harbour", b="tide", c="and")

    assert set(scores(index, "harbour AND -tide^2")) == {"a", "b", "c"}


def test_text_queries_are_filtered(index: Index) -> None:
    documents = [{**document(number, year=2000 + number), "text": "harbour"} for number in range(5)]
    index.documents.upsert(namespace="n", documents=documents)

    assert set(scores(index, "harbour", filter={"year": {"$gte": 2003}})) == {"doc-003", "doc-004"}


@pytest.mark.parametrize(
    "score_by",
    [
        [{"type": "text", "fields": ["nowhere"], "query": "a"}],
        [{"type": "text", "fields": ["embedding"], "query": "a"}],
        [{"type": "text", "fields": ["year"], "query": "a"}],
        [{"type": "text", "fields": ["text"], "query": " "}],
        [{"type": "text", "fields": ["text"], "query": "ä" * 5_001}],
        [{"type": "dense_vector", "field": "text", "values": [1.0, 0.0, 0.0]}],
    ],
    ids=["no such field", "vectors", "metadata", "no words", "too long", "a vector for text"],
)
def test_a_query_that_the_index_cannot_answer_is_refused(index: Index, score_by: list[dict[str, Any]]) -> None:
    index.documents.upsert(namespace="n", documents=[document(1, year=2000)])

    with pytest.raises(ApiError, match="400 INVALID_ARGUMENT"):
        index.documents.search(namespace="n", score_by=score_by, top_k=1)


def test_a_string_field_has_to_be_searchable(client: Pinecone) -> None:
    with pytest.raises(ApiError, match="400 INVALID_ARGUMENT"):
        client.indexes.create(name="plain", schema={"fields": {**SCHEMA["fields"], "more": {"type": "string"}}})


def test_a_namespace_begins_with_its_first_document(index: Index) -> None:
    with pytest.raises(NotFoundError, match="Namespace"):
        index.documents.delete(namespace="n", ids=["a"])
    index.documents.upsert(namespace="n", documents=[document(1)])
    index.documents.delete(namespace="n", ids=["a"])


@pytest.mark.usefixtures("index")
def test_a_wrong_key_is_refused(stub: PineconeStub) -> None:
    with pytest.raises(UnauthorizedError):
        Pinecone(api_key="wrong", host=stub.url).indexes.describe("articles")


def test_faults_happen_in_order_and_only_as_often_as_told(stub: PineconeStub, index: Index) -> None:
    stub.faults.clear()
    stub.faults.add(Fault("list", status=403, skip=1))
    stub.faults.add(Fault("*", status=404))

    def call() -> str:
        try:
            list(index.documents.list(namespace="n"))
        except ApiError as error:
            return str(error.status_code)
        return "well"

    assert [call() for _ in range(4)] == ["well", "403", "404", "well"]
    assert stub.faults.calls() == ["list"] * 4


def test_the_sdk_of_its_own_accord_tries_again(stub: PineconeStub, index: Index) -> None:
    # Which is why the adapter does not take its client from `Pinecone.index`.
    stub.faults.clear()
    stub.faults.add(Fault("upsert", status=503))

    index.documents.upsert(namespace="n", documents=[document(1)])

    assert stub.faults.calls() == ["upsert", "upsert"]


def test_a_batch_that_fails_is_reported_by_the_sdk_and_not_raised(stub: PineconeStub, index: Index) -> None:
    stub.faults.add(Fault("upsert", skip=1, status=400))
    # The SDK slows its batches down, in all of the process, after any 429 of a host: under this name it had none.
    host = index.host.replace("127.0.0.1", "localhost")

    with Index(host=host, api_key=DEFAULT_API_KEY) as fresh:
        result = fresh.documents.batch_upsert(
            namespace="n",
            documents=[document(number) for number in range(4)],
            batch_size=2,
            max_concurrency=1,
            show_progress=False,
        )

    assert (result.successful_item_count, result.failed_item_count) == (2, 2)


def test_a_write_shows_after_the_delay(stub: PineconeStub, index: Index) -> None:
    stub.consistency.delay_seconds = 0.3
    written = time.monotonic()
    index.documents.upsert(namespace="n", documents=[document(1)])
    assert list(index.documents.list(namespace="n")) == []

    deadline = written + 10
    while not list(index.documents.list(namespace="n")) and time.monotonic() < deadline:
        pass

    assert 0.3 <= time.monotonic() - written < 10


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.pinecone_stub", "--port", "0", "--api-key", "secret"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield started
    started.kill()
    started.communicate()


@pytest.mark.heavy
def test_it_runs_as_a_process_and_is_told_over_http(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    url = process.stdout.readline().strip()

    def admin(method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url + path, data, method=method), timeout=10) as answer:
            return json.load(answer)

    client = Pinecone(api_key="secret", host=url)
    client.indexes.create(name="articles", schema=SCHEMA)
    documents = client.index("articles").documents
    admin("POST", "/__stub__/consistency", {"delay_seconds": None})
    documents.upsert(namespace="n", documents=[document(1)])
    assert list(documents.list(namespace="n")) == []
    admin("POST", "/__stub__/flush")
    assert [entry.id for entry in documents.list(namespace="n")] == ["doc-001"]

    admin("POST", "/__stub__/faults", {"operation": "list", "status": 403})
    with pytest.raises(ApiError, match="403"):
        list(documents.list(namespace="n"))
    assert admin("GET", "/__stub__/calls")["calls"][-3:] == ["list", "list", "list"]
    admin("DELETE", "/__stub__/faults")
    assert admin("GET", "/__stub__/calls") == {"calls": []}

    refusals = [{"operation": "upsert", "status": 403, "about": about, "times": 9} for about in ("doc-002", "doc-003")]
    admin("POST", "/__stub__/faults", refusals)
    documents.upsert(namespace="n", documents=[document(1)])
    with pytest.raises(ApiError, match="403"):
        documents.upsert(namespace="n", documents=[document(1), document(2)])
    assert admin("GET", "/__stub__/faults") == {"happened": 1, "about": {"doc-002": 1}}
    admin("DELETE", "/__stub__/faults", {"about": "doc-002"})
    documents.upsert(namespace="n", documents=[document(2)])
    with pytest.raises(ApiError, match="403"):
        documents.upsert(namespace="n", documents=[document(3)])
    admin("POST", "/__stub__/reset")
    assert not client.indexes.exists("articles")

    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
