"""Progress on the whole stack, under enforced roles: what a client is told while a large document is embedded, while
something waits, and while a folder moves."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import connect

from bloomweaver.models.record import Status
from bloomweaver.models.run import RunStatus
from tests.e2e.running_stack import RUN_SECONDS, RunningStack
from tests.e2e.test_live import Client, ticket, url
from tests.e2e.texts import passage
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("lancedb")

LARGE = "\n\n".join(passage(f"Boat {number} lies at the pier.", f"boat {number}") for number in range(300))
"""More than nine batches of passages: of fewer, those that end within a second may be told as one."""


@contextmanager
def watching(stack: RunningStack, topic: str) -> Iterator[Client]:
    with connect(url(ticket(stack)), legacy=True) as socket:
        client = Client(socket)
        client.ask("subscribe", topic=topic)
        yield client


def wait_for_operation(client: Client, status: RunStatus) -> list[dict[str, Any]]:
    """All messages about an operation until it is as far, the newest last."""
    deadline = time.monotonic() + RUN_SECONDS
    while not any(message["status"] == status for message in client.messages):
        client._receive(deadline - time.monotonic())
    return sorted(client.messages, key=lambda message: int(message["revision"]))


def test_a_large_document_is_told_batch_by_batch(stack: RunningStack, doc_hash: str) -> None:
    with watching(stack, f"document:{doc_hash}") as client:
        stack.submit(doc_hash, LARGE)
        client.wait_until(doc_hash, Status.INDEXED)
        told = [message["progress"] for message in client.about(doc_hash)]
    counted = [progress for progress in told if progress and progress["of"]]
    assert told[-1] is None
    chunks = stack.api.document(doc_hash).chunk_count
    assert {(each["of"], each["unit"], each["state"]) for each in counted} == {(chunks, "passages", "running")}
    done = [each["done"] for each in counted]
    assert done == sorted(done)
    assert len({count for count in done if 0 < count < chunks}) >= 1, "some batches were done before others"
    assert all(0 <= count <= chunks for count in done)
    steps = [each["step"] for each in counted]
    assert steps == sorted(steps)


def test_what_nobody_has_taken_in_hand_waits_in_the_queue(stack: RunningStack, doc_hash: str) -> None:
    with watching(stack, f"folder:/{doc_hash}") as client:
        for number in range(30):
            stack.submit(f"{doc_hash}-{number}", "A short text.", folder=f"/{doc_hash}")
        for number in range(30):
            client.wait_until(f"{doc_hash}-{number}", Status.INDEXED)
        queued = [message["progress"] for message in client.messages if message["status"] == Status.QUEUED]
    assert {progress["state"] for progress in queued} == {"queued"}
    assert all(isinstance(progress["waiting"], int) for progress in queued)


def test_a_folder_that_moves_is_told_until_it_is_over(stack: RunningStack, doc_hash: str) -> None:
    names = [f"{doc_hash}-{number}" for number in range(6)]
    for name in names:
        stack.index(name, "A short text.", folder=f"/{doc_hash}")
    wait_for(lambda: stack.api.folders(f"/{doc_hash}").documents == len(names), RUN_SECONDS, "all are listed")
    started = stack.api.move_folder(f"/{doc_hash}", f"/{doc_hash}-moved")
    with watching(stack, f"operation:{started.id}") as client:
        told = wait_for_operation(client, RunStatus.SUCCEEDED)
    assert {message["state_machine"] for message in told} == {"folder_change"}
    *under_way, over = told
    assert over["progress"] is None
    counted = [message["progress"] for message in under_way if message["progress"]["of"]]
    assert {progress["of"] for progress in counted} == {len(names)}
    assert all(0 <= progress["done"] <= len(names) for progress in counted)
    assert stack.api.folder_change(started.id).progress is None
