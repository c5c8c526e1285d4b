"""What is cleared up once nobody writes to a LanceDB table."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import lancedb
import pytest

from bloomweaver.errors import VectorIndexUnavailable
from bloomweaver.vector_stores import lance_upkeep
from bloomweaver.vector_stores.lance import LanceStore
from bloomweaver.vector_stores.lance_idle import IdleUpkeep
from tests.vector_stores.samples import DIMENSION, chunk

PATIENCE_SECONDS = 30.0


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lance_upkeep, "COMMITS_LEFT_ALONE", 2)


def comes_true(condition: Callable[[], bool]) -> bool:
    """Whether it does in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
    return True


def outside_of_the_index(uri: str) -> int:
    [index] = lancedb.connect(uri).open_table("bloomweaver").list_indices()
    return index.num_unindexed_rows or 0


def test_what_writes_left_is_indexed_without_another_write(tmp_path: Path) -> None:
    store = LanceStore(str(tmp_path), "bloomweaver", DIMENSION, clears_up_after_seconds=0.01)
    store.create()

    for number in range(10):
        store.upsert([chunk(f"doc-{number}", keywords="harbour")])

    assert comes_true(lambda: outside_of_the_index(str(tmp_path)) <= 2)
    assert len(store.query_keywords(["harbour"], 100)) == 10


@pytest.mark.parametrize(
    ("commits", "unindexed", "due"), [(0, 0, False), (2, 80, False), (3, 3, True), (1, 81, True), (0, 100_000, True)]
)
def test_little_is_left_as_it_is(commits: int, unindexed: int, due: bool) -> None:
    assert lance_upkeep.TableState(commits, 100_000, unindexed).due_when_idle is due


def test_nothing_is_cleared_up_while_somebody_writes() -> None:
    versions = iter([2, 3, 4, 4])
    seen: list[int] = []
    cleared_up = threading.Event()

    def version() -> int:
        seen.append(next(versions))
        return seen[-1]

    IdleUpkeep(0.001, version, cleared_up.set).written(1)

    assert cleared_up.wait(PATIENCE_SECONDS)
    assert seen == [2, 3, 4, 4]


def test_after_a_failure_the_next_write_has_it_tried_again() -> None:
    calls: list[str] = []
    failed, cleared_up = threading.Event(), threading.Event()

    def clear_up() -> None:
        calls.append("clear up")
        if len(calls) == 1:
            failed.set()
            raise VectorIndexUnavailable("another process holds the lock")
        cleared_up.set()

    upkeep = IdleUpkeep(0.001, lambda: 1, clear_up)
    upkeep.written(1)
    assert failed.wait(PATIENCE_SECONDS)

    upkeep.written(1)

    assert cleared_up.wait(PATIENCE_SECONDS)
