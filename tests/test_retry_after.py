"""When a client should come again: as what failed has said, or later with each failure in a row."""

import pytest

from bloomweaver.errors import StorageUnavailable, VectorIndexThrottled
from bloomweaver.retry_after import LEAST_SECONDS, MOST_SECONDS, RetryAfter


def test_it_doubles_with_each_failure_in_a_row_up_to_a_bound() -> None:
    retry_after = RetryAfter()
    asked = [retry_after.failed(StorageUnavailable("away")) for _ in range(100)]
    assert asked[:6] == [1, 2, 4, 8, 16, 32]
    assert set(asked[6:]) == {MOST_SECONDS}


def test_an_answer_in_between_begins_anew() -> None:
    retry_after = RetryAfter()
    for _ in range(4):
        retry_after.failed(StorageUnavailable("away"))
    retry_after.answered()
    assert retry_after.failed(StorageUnavailable("away")) == LEAST_SECONDS


@pytest.mark.parametrize(("said", "asked"), [(7.2, 8), (0, LEAST_SECONDS), (3600, MOST_SECONDS)])
def test_what_failed_knows_best(said: float, asked: int) -> None:
    assert RetryAfter().failed(VectorIndexThrottled("429", retry_after=said)) == asked
