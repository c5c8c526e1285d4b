"""Invocations of a function take turns at a few processes."""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator import function_turns
from tests.e2e.waiting import wait_for

SECONDS = 20.0


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Gives a process of a function of this package, as MiniStack does for an invocation."""
    monkeypatch.setattr(lambda_svc, "acquire_worker", lambda_runtime.acquire_worker)
    monkeypatch.setattr(lambda_svc, "release_worker", lambda_runtime.release_worker)
    monkeypatch.setattr(function_turns, "AT_A_TIME", 2)
    function_turns.install({"search"})
    name = f"function-{uuid.uuid4().hex}"

    yield lambda package: acquired(name, package)
    lambda_runtime.invalidate_worker(name)


def acquired(name: str, package: str) -> Any:
    """A process of the function of this name."""
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    config = {"FunctionArn": arn, "Handler": f"{package}.handler.handler", "Runtime": "provided.al2023"}
    worker, _ = lambda_svc.acquire_worker(name, config, b"")
    return worker


def in_thread(invoke: Callable[[str], Any], package: str, got: list[Any]) -> threading.Thread:
    thread = threading.Thread(target=lambda: got.append(invoke(package)))
    thread.start()
    return thread


def test_one_more_than_may_waits_for_the_process_of_another(invoke: Callable[[str], Any]) -> None:
    first, second = invoke("pinecone_writer"), invoke("pinecone_writer")
    assert first is not second
    got: list[Any] = []
    thread = in_thread(invoke, "pinecone_writer", got)
    assert got == []
    lambda_svc.release_worker(second)
    thread.join(SECONDS)
    assert got == [second]


def test_functions_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch, invoke: Callable[[str], Any]) -> None:
    monkeypatch.setattr(function_turns, "WAIT_SECONDS", 10 * SECONDS)
    held = [invoke("pinecone_writer"), invoke("pinecone_writer")]
    other = acquired("other", "s3_writer")
    assert other is not None
    assert other not in held
    lambda_runtime.invalidate_worker("other")


@pytest.mark.parametrize("package", ["search", "dispatch"])
def test_who_is_waited_for_and_who_waits_himself_has_no_turn(package: str, invoke: Callable[[str], Any]) -> None:
    got: list[Any] = []
    threads = [in_thread(invoke, package, got) for _ in range(5)]
    wait_for(lambda: len(got) == 5, SECONDS, "all have a process")
    assert len(set(map(id, got))) == 5
    for thread in threads:
        thread.join(SECONDS)


def test_where_all_are_held_up_there_is_another_one(
    monkeypatch: pytest.MonkeyPatch, invoke: Callable[[str], Any]
) -> None:
    monkeypatch.setattr(function_turns, "WAIT_SECONDS", 0.05)
    held = [invoke("pinecone_writer"), invoke("pinecone_writer")]
    third = invoke("pinecone_writer")
    assert third is not None
    assert third not in held
