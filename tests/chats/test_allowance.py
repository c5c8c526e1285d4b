"""What a subject may ask: no more than that, and no less."""

import pytest

from bloomweaver.chats.allowance import Allowance, AllowanceLimits
from bloomweaver.errors import LimitReached
from tests.chats.memory_chats import OWNER, MemoryUsage

OTHER = "f" * 32


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = "2026-01-01T09:20:15.250000+00:00"

    def __call__(self) -> str:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def usage() -> MemoryUsage:
    return MemoryUsage()


def test_so_many_questions_a_minute_and_each_subject_its_own(clock: Clock, usage: MemoryUsage) -> None:
    allowance = Allowance(usage, clock, AllowanceLimits(questions_per_minute=2, tokens_per_day=0))
    allowance.take(OWNER)
    allowance.take(OWNER)
    with pytest.raises(LimitReached) as refused:
        allowance.take(OWNER)
    assert (refused.value.limit, refused.value.retry_after) == ("questions_per_minute", 45)
    allowance.take(OTHER)
    clock.time = "2026-01-01T09:21:00.000000+00:00"
    allowance.take(OWNER)


def test_so_many_tokens_a_day(clock: Clock, usage: MemoryUsage) -> None:
    allowance = Allowance(usage, clock, AllowanceLimits(questions_per_minute=1, tokens_per_day=100))
    usage.add_tokens(OWNER, "2026-01-01", "an answer", 99)
    allowance.take(OWNER)
    usage.add_tokens(OWNER, "2026-01-01", "another", 50)
    clock.time = "2026-01-01T23:59:59.999000+00:00"
    with pytest.raises(LimitReached, match="100 tokens") as refused:
        allowance.take(OWNER)
    assert (refused.value.limit, refused.value.retry_after) == ("tokens_per_day", 1)
    assert usage.places == {(OWNER, "2026-01-01T09:20"): 1}, "a refusal takes no place"
    clock.time = "2026-01-02T00:00:00.000000+00:00"
    allowance.take(OWNER)


def test_a_day_is_that_of_utc(clock: Clock, usage: MemoryUsage) -> None:
    allowance = Allowance(usage, clock, AllowanceLimits(questions_per_minute=0, tokens_per_day=1))
    usage.add_tokens(OWNER, "2026-01-01", "an answer", 1)
    clock.time = "2026-01-02T01:00:00.000000+02:00"
    with pytest.raises(LimitReached) as refused:
        allowance.take(OWNER)
    assert refused.value.retry_after == 3600


def test_without_limits_nothing_is_counted_or_looked_up(clock: Clock, usage: MemoryUsage) -> None:
    allowance = Allowance(usage, clock, AllowanceLimits(questions_per_minute=0, tokens_per_day=0))
    usage.add_tokens(OWNER, "2026-01-01", "an answer", 10**9)
    for _ in range(100):
        allowance.take(OWNER)
    assert usage.places == {}
