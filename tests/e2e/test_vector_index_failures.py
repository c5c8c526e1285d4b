"""A vector index that fails for a while, refuses for good, is slow, or shows its writes late."""

import pytest

from bloomweaver import keys
from bloomweaver.models.dead_letter import BranchTask, DeadLetter, VersionArtifacts
from bloomweaver.models.record import Branch
from tests.e2e.running_stack import RunningStack
from tests.e2e.stub import Stub
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("pinecone")

MORE_THAN_ALL_RETRIES = 1000
SLOW_SECONDS = 5
"""More than the whole run of a small document, and less than the function waits for the index."""


def test_the_workflow_outlasts_an_outage(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    text = "The tide mill grinds barley at new moon."
    stub.fault(times=2, status=503)
    accepted = stack.index(doc_hash, text)
    assert stub.upserts() == 3
    assert [hit.version for hit in stack.hits(text, doc_hash)] == [accepted.version]
    # The retries are the workflow's, where people can see them.
    failed = [event for event in stack.history(stack.execution(accepted).arn) if event["type"].endswith("Failed")]
    assert len(failed) == 2
    stack.assert_holds_only(stack.api.document(doc_hash))


def test_what_the_index_refuses_is_dead_lettered(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    old = "The tide mill grinds oats at full moon."
    good = stack.index(doc_hash, old)
    stack.drain("PineconeDLQUrl")
    stub.fault(times=MORE_THAN_ALL_RETRIES, status=400)
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
    assert letter.artifacts == VersionArtifacts(
        model="minilm", index="bloomweaver", chunk_count=1, batches=[0], reused=0
    )

    assert [(hit.version, hit.text) for hit in stack.hits("the tide mill", doc_hash)] == [(good.version, old)]
    assert stack.vectors.ids(doc_hash) == [keys.vector_id(doc_hash, good.version, 0)]
    assert stack.backup_keys(doc_hash) == [
        keys.backup_key(doc_hash, version, 0) for version in (good.version, refused.version)
    ]


def test_the_next_version_tidies_up_after_a_dead_letter(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    stack.index(doc_hash, "The ropewalk is a mile long.")
    stub.fault(status=400)
    assert stack.execution(stack.submit(doc_hash, "The ropewalk is two miles long.")).error == "DeadLettered"
    stack.drain("PineconeDLQUrl")
    text = "The ropewalk is three miles long."
    mended = stack.index(doc_hash, text)
    assert [(hit.version, hit.text) for hit in stack.hits("ropewalk", doc_hash)] == [(mended.version, text)]
    stack.assert_holds_only(stack.api.document(doc_hash))


def test_what_a_slow_version_wrote_too_late_is_removed(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    stub.fault(delay_seconds=SLOW_SECONDS)
    slow = stack.submit(doc_hash, "The sluice is closed.")
    wait_for(lambda: stub.upserts() == 1, 60, "the first version is being written")
    text = "The sluice is open."
    fast = stack.index(doc_hash, text)

    assert stack.execution(slow).status == "SUCCEEDED"
    assert "DropOwn" in stack.states_entered(stack.execution(slow).arn)
    assert [(hit.version, hit.text) for hit in stack.hits("the sluice", doc_hash)] == [(fast.version, text)]
    document = stack.api.document(doc_hash)
    assert (document.status, document.indexed_version) == ("indexed", fast.version)
    stack.assert_holds_only(document)


def test_an_index_that_lags_shows_nothing_stale(stack: RunningStack, doc_hash: str, stub: Stub) -> None:
    kept, gone = f"{doc_hash}-kept", f"{doc_hash}-gone"
    for document in (kept, gone):
        stack.index(document, "The signal box at Holm has a red roof.")
    stub.hold_back_writes()
    text = "The signal box at Holm has a green roof."
    updated = stack.index(kept, text)
    assert stack.execution(stack.api.delete(gone)).status == "SUCCEEDED"

    # The index still finds the old versions; search does not show them.
    assert stack.vectors.ids(kept) == [keys.vector_id(kept, updated.version - 1, 0)]
    assert stack.vectors.ids(gone) == [keys.vector_id(gone, 1, 0)]
    assert stack.hits("the signal box at Holm", kept) == []
    assert stack.hits("the signal box at Holm", gone) == []

    stub.recover()
    assert [hit.text for hit in stack.hits("the signal box at Holm", kept)] == [text]
    stack.assert_holds_only(stack.api.document(kept))
    stack.assert_holds_nothing(gone)
