"""The schedule: repeatable, and with every fault in it."""

from itertools import pairwise

import pytest

from faults.schedule import LANES, Fault, draw_schedule
from faults.size import FULL, SMALL, RunSize


def test_a_seed_always_draws_the_same_schedule() -> None:
    assert draw_schedule(FULL, 7, with_index=True) == draw_schedule(FULL, 7, with_index=True)
    assert draw_schedule(FULL, 7, with_index=True) != draw_schedule(FULL, 8, with_index=True)


@pytest.mark.parametrize("size", [FULL, SMALL])
@pytest.mark.parametrize("seed", range(20))
def test_every_fault_comes_and_one_at_a_time_in_a_lane(size: RunSize, seed: int) -> None:
    schedule = draw_schedule(size, seed, with_index=True)
    happening = {window.fault for windows in schedule.values() for window in windows}
    assert happening == {*Fault} - (set() if size.restart else {Fault.RESTART})
    for windows in schedule.values():
        assert all(0 <= window.start < window.end <= size.seconds for window in windows)
        assert all(one.end <= other.start for one, other in pairwise(windows))


def test_the_embedding_service_is_absent_when_the_run_begins() -> None:
    first = draw_schedule(FULL, 1, with_index=True)["embedding"][0]
    assert (first.fault, first.start) == (Fault.EMBEDDING_ABSENT, 0.0)


def test_an_index_that_is_no_server_is_left_alone() -> None:
    assert set(draw_schedule(FULL, 1, with_index=False)) == {*LANES, "stack"} - {"index"}
