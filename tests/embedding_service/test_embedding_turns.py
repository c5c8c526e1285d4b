"""Refused requests are told to come one after the other, as fast as the model works."""

import pytest

from embedding_service.turns import MOST_SECONDS, Turns


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns:
    """Of a model that has embedded 1,000 tokens a second, on two streams together."""
    turns = Turns(streams=2, monotonic=clock)
    turns.worked(500, 1.0)
    return turns


def test_nothing_is_promised_before_anything_is_known(clock: Clock) -> None:
    assert Turns(streams=2, monotonic=clock).promise(100, 50) is None


def test_the_first_one_waits_for_its_room_and_each_after_it_for_those_before(turns: Turns) -> None:
    assert [turns.promise(2000, 3000) for _ in range(3)] == pytest.approx([3, 5, 7])


def test_what_was_promised_passes_with_time(turns: Turns, clock: Clock) -> None:
    turns.promise(2000, 3000)
    clock.now += 4
    assert turns.promise(2000, 0) == pytest.approx(1)
    clock.now += 100
    assert turns.promise(2000, 500) == pytest.approx(0.5)


def test_nobody_waits_for_longer_than_a_bound(turns: Turns) -> None:
    promised = [turns.promise(20_000, 3000) for _ in range(10)]
    assert promised == sorted(promised)
    assert promised[-1] == MOST_SECONDS


def test_the_speed_follows_the_batches(turns: Turns) -> None:
    for _ in range(100):
        turns.worked(5000, 1.0)
    assert turns.promise(1, 10_000) == pytest.approx(1, rel=0.01)
