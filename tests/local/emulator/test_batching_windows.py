"""Messages gather for as long as their mapping says, and no longer."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import batching_windows, sqs_messages
from tests.local.emulator.mortal import copy_of, open_file

ARN = "arn:aws:sqs:us-east-1:000000000000:{}"
URL = "http://localhost:4566/000000000000/{}"
WINDOW = 5


@pytest.fixture
def sqs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """SQS with a queue `gathers`, whose messages have a window, and one `plain`."""
    from ministack.services import lambda_svc

    with copy_of("sqs") as service, open_file(tmp_path) as file:
        sqs_messages.install(file)
        batching_windows.install()
        for name in ("gathers", "plain"):
            ask(service, "CreateQueue", QueueName=name)
        mappings = [
            {"EventSourceArn": ARN.format("gathers"), "MaximumBatchingWindowInSeconds": WINDOW},
            {"EventSourceArn": ARN.format("plain"), "MaximumBatchingWindowInSeconds": 0},
        ]
        every = [("000000000000", "us-east-1", mapping) for mapping in mappings]
        monkeypatch.setattr(lambda_svc, "_iter_all_esms", lambda: iter(every))
        yield service


def ask(service: Any, action: str, **request: Any) -> None:
    status, _, _ = asyncio.run(service._handle_json(action, request, "/"))
    assert status == 200


def send(service: Any, name: str, number: int) -> None:
    for _ in range(number):
        ask(service, "SendMessage", QueueUrl=URL.format(name), MessageBody="m")


def received(service: Any, name: str, most: int = 100) -> int:
    return len(service._receive_messages_for_esm(URL.format(name), most))


def test_messages_wait_until_their_window_is_over(sqs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send(sqs, "gathers", 3)
    assert received(sqs, "gathers") == 0
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + WINDOW)
    assert received(sqs, "gathers") == 3


def test_a_batch_that_is_full_waits_for_nothing(sqs: Any) -> None:
    send(sqs, "gathers", 25)
    assert received(sqs, "gathers", most=25) == 25


def test_without_a_window_a_message_is_handed_over_at_once(sqs: Any) -> None:
    send(sqs, "plain", 1)
    assert received(sqs, "plain") == 1


def test_an_empty_queue_has_nothing(sqs: Any) -> None:
    assert received(sqs, "gathers") == received(sqs, "plain") == 0
