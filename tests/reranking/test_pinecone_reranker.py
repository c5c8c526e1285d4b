"""Pinecone's hosted reranker: its limits, its faults, and its key. The SDK is the real one."""

import socket
from collections.abc import Iterator

import pytest

from bloomweaver.adapters.pinecone_reranker import PineconeReranker
from bloomweaver.errors import ConfigurationError, RerankerRejected, RerankerTimedOut, RerankerUnavailable
from tests.pinecone_stub import DEFAULT_API_KEY, Fault, PineconeStub

LONG = 60.0
"""A time that no test takes."""
WORD = 6
"""Characters of a word of a long text, with the space after it."""


@pytest.fixture
def stub() -> Iterator[PineconeStub]:
    with PineconeStub() as running:
        yield running


def reranker(stub: PineconeStub, *, model: str = "bge-reranker-v2-m3", timeout: float = LONG) -> PineconeReranker:
    return PineconeReranker(lambda: DEFAULT_API_KEY, model, control_url=stub.url, timeout_seconds=timeout)


def test_scores_come_in_the_order_of_the_texts(stub: PineconeStub) -> None:
    scores = reranker(stub).rerank("harbour master", ["the tide", "the harbour", "the harbour master"])

    assert scores == [0, 0.5, 1]
    assert stub.faults.calls() == ["rerank"]


def test_no_texts_ask_nothing(stub: PineconeStub) -> None:
    assert reranker(stub).rerank("harbour", []) == []
    assert stub.faults.calls() == []


@pytest.mark.parametrize(("model", "requests"), [("bge-reranker-v2-m3", 3), ("cohere-rerank-4-fast", 1)])
def test_more_texts_than_a_request_may_have_go_in_several(stub: PineconeStub, model: str, requests: int) -> None:
    texts = [f"harbour {number}" if number % 3 else f"tide {number}" for number in range(230)]

    scores = reranker(stub, model=model).rerank("harbour", texts)

    assert scores == [1.0 if number % 3 else 0.0 for number in range(230)]
    assert stub.faults.calls() == ["rerank"] * requests


def test_a_text_that_is_too_long_is_cut_by_the_model_and_not_refused(stub: PineconeStub) -> None:
    assert reranker(stub).rerank("harbour", ["harbour " + "boats " * 2000, "tide"]) == [1, 0]


def test_a_query_leaves_room_for_the_text(stub: PineconeStub) -> None:
    # The stub says what share of the query's words a text has: of the first words, which it was sent, all of them.
    query = " ".join(f"{number:05d}" for number in range(1300))
    sent = query[: 1000 // WORD * WORD + 4]

    (score,) = reranker(stub).rerank(query, [sent])

    assert score == 1


def test_a_query_is_cut_between_two_characters(stub: PineconeStub) -> None:
    assert reranker(stub).rerank("a" + "水" * 2000, ["a" + "水" * 333]) == [1]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RerankerRejected),
        (401, RerankerRejected),
        (402, RerankerRejected),
        (403, RerankerRejected),
        (404, RerankerRejected),
        (408, RerankerUnavailable),
        (422, RerankerRejected),
        (429, RerankerUnavailable),
        (500, RerankerUnavailable),
        (502, RerankerUnavailable),
        (503, RerankerUnavailable),
        (504, RerankerUnavailable),
    ],
)
def test_an_error_status_has_its_error_and_is_not_tried_again(
    stub: PineconeStub, status: int, error: type[Exception]
) -> None:
    stub.faults.add(Fault("rerank", status=status, retry_after="60"))

    with pytest.raises(error, match=str(status)) as caught:
        reranker(stub).rerank("harbour", ["tide"])

    assert stub.faults.calls() == ["rerank"]
    if status == 429:
        assert getattr(caught.value, "retry_after", None) == 60


def test_a_late_answer_is_not_waited_for(stub: PineconeStub) -> None:
    stub.faults.add(Fault("rerank", delay_seconds=5))

    with pytest.raises(RerankerTimedOut, match="Pinecone"):
        reranker(stub, timeout=0.2).rerank("harbour", ["tide"])


def test_where_one_of_several_requests_is_refused_the_others_are_not_waited_for(stub: PineconeStub) -> None:
    stub.faults.add(Fault("rerank", about="tide", status=504, delay_seconds=2))
    stub.faults.add(Fault("rerank", about="harbour", status=403))

    with pytest.raises(RerankerRejected, match="403"):
        reranker(stub).rerank("q", ["tide"] * 100 + ["harbour"])


def test_a_dropped_connection_is_unavailable(stub: PineconeStub) -> None:
    stub.faults.add(Fault("rerank", drop=True))

    with pytest.raises(RerankerUnavailable):
        reranker(stub).rerank("harbour", ["tide"])


def test_nobody_who_listens_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(RerankerUnavailable):
        PineconeReranker(lambda: DEFAULT_API_KEY, control_url=url, timeout_seconds=LONG).rerank("harbour", ["tide"])


def test_a_model_that_pinecone_does_not_host_is_named(stub: PineconeStub) -> None:
    with pytest.raises(RerankerRejected, match="no-such-model"):
        reranker(stub, model="no-such-model").rerank("harbour", ["tide"])


def test_the_key_is_asked_for_each_time_so_that_a_new_one_is_used(stub: PineconeStub) -> None:
    keys = iter(["an-old-key", DEFAULT_API_KEY])
    found = PineconeReranker(lambda: next(keys), control_url=stub.url, timeout_seconds=LONG)

    with pytest.raises(RerankerRejected, match="401"):
        found.rerank("harbour", ["tide"])
    assert found.rerank("harbour", ["harbour"]) == [1]


def test_a_secret_without_a_key_is_no_reason_for_a_search_to_fail(stub: PineconeStub) -> None:
    def no_key() -> str:
        raise ConfigurationError("Pinecone's secret is not a JSON object")

    with pytest.raises(RerankerRejected, match="has no key"):
        PineconeReranker(no_key, control_url=stub.url, timeout_seconds=LONG).rerank("harbour", ["tide"])
