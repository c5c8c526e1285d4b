"""The reranker in the search function: its time is bounded, it is loaded once, and where its model comes from."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bloomweaver.adapters.cross_encoder import InProcessReranker, PairScorer, load_cross_encoder
from bloomweaver.errors import RerankerRejected, RerankerTimedOut, StorageUnavailable
from embedding_service.encoder.cross_encoder import CrossEncoder, Scored
from tests.fakes import MemoryObjects
from tests.small_model import write_small_cross_encoder, write_small_model

LONG = 60.0
"""A time that no test takes."""


class Clock:
    """Moves only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowModel:
    """Scores a text by its length, one text a batch, the last one first; each batch takes `seconds` of the clock."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self.read: list[str] = []

    def score(self, query: str, texts: Sequence[str]) -> Iterator[Scored]:
        for place in reversed(range(len(texts))):
            self._clock.now += self._seconds
            self.read.append(texts[place])
            yield Scored([place], np.array([len(texts[place])], np.float32))


def loaded(model: PairScorer, seconds: float, clock: Callable[[], float]) -> InProcessReranker:
    """A reranker whose model is there."""
    return InProcessReranker(lambda: model, seconds, clock)


def test_scores_come_in_the_order_of_the_texts() -> None:
    clock = Clock()
    assert loaded(SlowModel(clock, 0), 1, clock).rerank("q", ["three", "a", "to"]) == [5, 1, 2]
    assert loaded(SlowModel(clock, 0), 1, clock).rerank("q", []) == []


def test_what_is_late_is_given_up_between_two_batches() -> None:
    clock = Clock()
    model = SlowModel(clock, seconds=0.4)
    reranker = loaded(model, 1, clock)

    with pytest.raises(RerankerTimedOut, match=r"3 of 5 passages were read in 1 s"):
        reranker.rerank("q", ["a", "b", "c", "d", "e"])

    # Nothing goes on behind it, and the next query is read again.
    assert model.read == ["e", "d", "c"]
    assert reranker.rerank("q", ["f"]) == [1]


def test_the_last_batch_counts_though_it_ended_late() -> None:
    clock = Clock()
    assert loaded(SlowModel(clock, seconds=0.6), 1, clock).rerank("q", ["a", "bc"]) == [1, 2]


def test_a_query_that_waits_for_another_one_gives_up_in_time() -> None:
    running, go_on = threading.Event(), threading.Event()

    class Waiting:
        def score(self, query: str, texts: Sequence[str]) -> Iterator[Scored]:
            running.set()
            assert go_on.wait(LONG)
            yield Scored([0], np.array([1.0], np.float32))

    reranker = InProcessReranker(Waiting, timeout_seconds=0.2)
    go_on.set()
    assert until_done(lambda: reranker.rerank("loads the model", ["a"])) == [1]
    running.clear()
    go_on.clear()
    found: list[list[float]] = []
    patient = threading.Thread(target=lambda: found.append(reranker.rerank("one", ["a"])))
    patient.start()
    assert running.wait(LONG)

    with pytest.raises(RerankerTimedOut, match=r"other queries took the 0\.2 s"):
        reranker.rerank("two", ["b"])

    go_on.set()
    patient.join(LONG)
    assert found == [[1.0]]


def test_a_search_does_not_wait_for_the_model_longer_than_it_may() -> None:
    ready = threading.Event()
    loads: list[int] = []

    def load() -> PairScorer:
        loads.append(1)
        assert ready.wait(LONG)
        return SlowModel(Clock(), 0)

    reranker = InProcessReranker(load, timeout_seconds=0.05)
    for _ in range(2):
        with pytest.raises(RerankerTimedOut, match="still being loaded"):
            reranker.rerank("q", ["a"])
    ready.set()

    assert until_done(lambda: reranker.rerank("q", ["a"])) == [1]
    assert loads == [1]


def until_done(call: Callable[[], list[float]]) -> list[float]:
    """What the call returns once it is not late any more. A wait without a time of its own: each call waits."""
    for _ in range(1000):
        try:
            return call()
        except RerankerTimedOut:
            continue
    raise AssertionError("it is late for ever")


def test_a_bucket_that_fails_is_asked_again_by_the_next_search() -> None:
    outcomes: list[Exception | PairScorer] = [StorageUnavailable("busy"), SlowModel(Clock(), 0)]

    def load() -> PairScorer:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    reranker = InProcessReranker(load, LONG)
    with pytest.raises(StorageUnavailable):
        reranker.rerank("q", ["a"])

    assert reranker.rerank("q", ["a"]) == [1]


def test_a_model_that_cannot_be_loaded_is_not_looked_for_again() -> None:
    loads: list[int] = []

    def load() -> PairScorer:
        loads.append(1)
        raise RerankerRejected("no such model")

    reranker = InProcessReranker(load, LONG)
    for _ in range(3):
        with pytest.raises(RerankerRejected, match="no such model"):
            reranker.rerank("q", ["a"])

    assert loads == [1]


def nothing_stored() -> MemoryObjects:
    raise AssertionError("the bucket is asked for a model that is here")


def test_a_model_in_a_folder_is_taken_from_there(tmp_path: Path) -> None:
    folder = write_small_cross_encoder(tmp_path / "small")

    assert isinstance(load_cross_encoder("small", folder, nothing_stored), CrossEncoder)
    assert isinstance(load_cross_encoder(str(folder), None, nothing_stored), CrossEncoder)


def test_a_model_in_the_bucket_is_found_by_its_name(tmp_path: Path) -> None:
    folder = write_small_cross_encoder(tmp_path / "cross-encoder" / "small")
    stored = MemoryObjects()
    for path in folder.iterdir():
        stored.put(f"cross-encoder/small/{path.name}", path.read_bytes())

    model = load_cross_encoder("cross-encoder/small", None, lambda: stored)

    reranker = InProcessReranker(lambda: model, LONG)
    assert len(set(reranker.rerank("harbour", ["master", "tide table", "x"]))) == 3


def test_a_model_that_is_nowhere_says_where_to_put_it() -> None:
    with pytest.raises(RerankerRejected, match=r"'absent'.*not in the bucket.*under 'absent/'.*MODELS_DIR"):
        load_cross_encoder("absent", None, MemoryObjects)


def test_an_embedding_model_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_small_model(tmp_path / "embedding")

    with pytest.raises(RerankerRejected, match=r"'embedding'.*is no cross-encoder"):
        load_cross_encoder("embedding", folder, nothing_stored)
