"""A vector index that fails for a while, and one that refuses for good."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bloomweaver import keys
from bloomweaver.models.dead_letter import BranchTask, DeadLetter, VersionArtifacts
from bloomweaver.models.record import Branch
from tests.e2e.running_stack import RunningStack

pytestmark = pytest.mark.vector_store("pinecone")

MORE_THAN_ALL_RETRIES = 1000


@pytest.fixture
def break_upserts(stack: RunningStack) -> Iterator[Callable[[int, int], None]]:
    """Have the next upserts (so many) answer a status; it ends with the test."""
    faults = f"{stack.stub_url}/__stub__/faults"
    httpx.delete(faults).raise_for_status()

    def add(times: int, status: int) -> None:
        fault: dict[str, Any] = {"operation": "upsert", "times": times, "status": status}
        httpx.post(faults, json=fault).raise_for_status()

    yield add
    httpx.delete(faults).raise_for_status()


def upserts(stack: RunningStack) -> int:
    """How many upserts reached the index since the faults were cleared."""
    calls: list[str] = httpx.get(f"{stack.stub_url}/__stub__/calls").raise_for_status().json()["calls"]
    return calls.count("upsert")


def test_the_workflow_outlasts_an_outage(
    stack: RunningStack, doc_hash: str, break_upserts: Callable[[int, int], None]
) -> None:
    text = "The tide mill grinds barley at new moon."
    break_upserts(2, 503)
    accepted = stack.index(doc_hash, text)
    assert upserts(stack) == 3
    assert [hit.version for hit in stack.hits(text, doc_hash)] == [accepted.version]
    # The retries are the workflow's, where people can see them.
    failed = [event for event in stack.history(stack.execution(accepted).arn) if event["type"].endswith("Failed")]
    assert len(failed) == 2
    stack.assert_holds_only(stack.api.document(doc_hash))


def test_what_the_index_refuses_is_dead_lettered(
    stack: RunningStack, doc_hash: str, break_upserts: Callable[[int, int], None]
) -> None:
    old = "The tide mill grinds oats at full moon."
    good = stack.index(doc_hash, old)
    stack.drain("PineconeDLQUrl")
    break_upserts(MORE_THAN_ALL_RETRIES, 400)
    refused = stack.submit(doc_hash, "The tide mill stands still.")
    execution = stack.execution(refused)
    assert (execution.status, execution.error) == ("FAILED", "DeadLettered")

    document = stack.api.document(doc_hash)
    assert (document.status, document.version, document.indexed_version) == ("partial", refused.version, good.version)
    assert document.branches == {"pinecone": "dead_lettered", "s3": "written"}
    assert document.error is not None
    assert document.error.type == "VectorIndexRejected"
    assert document.error.message in execution.cause

    [message] = stack.drain("PineconeDLQUrl")
    letter = DeadLetter.model_validate_json(message)
    assert (letter.branch, letter.task, letter.error.type) == (
        Branch.PINECONE,
        BranchTask.WRITE,
        "VectorIndexRejected",
    )
    assert (letter.doc_hash, letter.version, letter.execution_arn) == (doc_hash, refused.version, execution.arn)
    assert letter.artifacts == VersionArtifacts(chunk_count=1, batches=[0], reused=0)

    assert [(hit.version, hit.text) for hit in stack.hits("the tide mill", doc_hash)] == [(good.version, old)]
    assert stack.vectors.ids(doc_hash) == [keys.vector_id(doc_hash, good.version, 0)]
    assert stack.backup_keys(doc_hash) == [
        keys.backup_key(doc_hash, version, 0) for version in (good.version, refused.version)
    ]


def test_the_next_version_tidies_up_after_a_dead_letter(
    stack: RunningStack, doc_hash: str, break_upserts: Callable[[int, int], None]
) -> None:
    stack.index(doc_hash, "The ropewalk is a mile long.")
    break_upserts(1, 400)
    assert stack.execution(stack.submit(doc_hash, "The ropewalk is two miles long.")).error == "DeadLettered"
    stack.drain("PineconeDLQUrl")
    text = "The ropewalk is three miles long."
    mended = stack.index(doc_hash, text)
    assert [(hit.version, hit.text) for hit in stack.hits("ropewalk", doc_hash)] == [(mended.version, text)]
    stack.assert_holds_only(stack.api.document(doc_hash))
