"""Function processes start in turns."""

import threading
from typing import Any

import pytest
from ministack.core.lambda_runtime import ProvidedWorker

from local.emulator import function_starts

STARTS = 12
WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.2
"""How long those who start look whether one too many comes."""


def test_no_more_start_at_a_time_than_may_and_all_do(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = threading.Lock()
    one_too_many = threading.Event()
    starting: list[int] = [0]
    seen: list[int] = []
    timeouts: list[float | None] = []

    def start(_: Any, init_timeout: float | None = None) -> None:
        with lock:
            starting[0] += 1
            seen.append(starting[0])
            timeouts.append(init_timeout)
            if starting[0] > 3:
                one_too_many.set()
        one_too_many.wait(LOOK_SECONDS)
        with lock:
            starting[0] -= 1

    monkeypatch.setattr(function_starts, "AT_A_TIME", 3)
    monkeypatch.setattr(ProvidedWorker, "_spawn", start)
    function_starts.install()
    workers = [object.__new__(ProvidedWorker) for _ in range(STARTS)]
    threads = [threading.Thread(target=worker._spawn, args=(7.0,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)

    assert not one_too_many.is_set()
    assert max(seen) == 3
    assert timeouts == [7.0] * STARTS


def test_a_start_that_fails_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: Any, init_timeout: float | None = None) -> None:
        raise RuntimeError("it exited")

    monkeypatch.setattr(function_starts, "AT_A_TIME", 1)
    monkeypatch.setattr(ProvidedWorker, "_spawn", start)
    function_starts.install()
    worker = object.__new__(ProvidedWorker)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="it exited"):
            worker._spawn()
