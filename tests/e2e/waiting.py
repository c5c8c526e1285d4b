"""Waiting for what happens a moment later, with a bound."""

import time
from collections.abc import Callable
from typing import TypeVar

POLL_SECONDS = 0.1

Value = TypeVar("Value")


def wait_for(condition: Callable[[], Value | None], seconds: float, what: str) -> Value:
    """The first value of `condition` that is true. Fails the test after `seconds`, saying what did not happen."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s still not so: {what}; last seen: {value!r}")
        time.sleep(POLL_SECONDS)
