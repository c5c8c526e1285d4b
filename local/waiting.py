"""Waiting for a server to answer, with a bound, and with its log in the error if it does not."""

import time
from collections.abc import Callable

import httpx

from local.errors import StackError
from local.processes import StartedProcess

POLL_SECONDS = 0.1


def wait_for_http(url: str, process: StartedProcess, seconds: float) -> None:
    """Return once `url` answers 200. Raises `StackError` if the process ends, or after `seconds`."""

    def answers() -> bool:
        try:
            return httpx.get(url, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    wait_until(answers, process, seconds, f"{process.name} does not answer at {url}")


def wait_until(condition: Callable[[], bool], process: StartedProcess, seconds: float, complaint: str) -> None:
    """Return once `condition` holds. Raises `StackError` with `complaint` if the process ends, or after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if process.handle() is None:
            raise StackError(f"{process.name} ended; the end of {process.log}:\n{process.log_tail()}")
        if time.monotonic() > deadline:
            raise StackError(f"{complaint} after {seconds:.0f} s; the end of {process.log}:\n{process.log_tail()}")
        time.sleep(POLL_SECONDS)
