"""A backups bucket that cannot be written to: search does not suffer, and nobody is told that all went well."""

import pytest

from bloomweaver import keys
from bloomweaver.models.dead_letter import BranchTask, DeadLetter, VersionArtifacts
from bloomweaver.models.record import Branch
from tests.e2e.running_stack import RunningStack


@pytest.mark.vector_store("lancedb")
def test_a_version_without_backups_is_served_and_dead_lettered(stack: RunningStack, doc_hash: str) -> None:
    text = "The chandler of Port Ness sells rope by the fathom."
    stack.drain("S3DLQUrl")
    with stack.function_environment("s3_writer", BACKUPS_BUCKET="no-such-bucket"):
        accepted = stack.submit(doc_hash, text)
        execution = stack.execution(accepted)
    assert (execution.status, execution.error) == ("FAILED", "DeadLettered")

    document = stack.api.document(doc_hash)
    assert (document.status, document.indexed_version) == ("partial", accepted.version)
    assert document.branches == {"pinecone": "written", "s3": "dead_lettered"}
    assert document.error is not None
    assert "NoSuchBucket" in document.error.message
    [message] = stack.drain("S3DLQUrl")
    letter = DeadLetter.model_validate_json(message)
    assert (letter.branch, letter.task, letter.doc_hash) == (Branch.S3, BranchTask.WRITE, doc_hash)
    assert letter.artifacts == VersionArtifacts(
        model="minilm", index="bloomweaver", chunk_count=1, batches=[0], reused=0
    )
    assert [hit.text for hit in stack.hits("who sells rope?", doc_hash)] == [text]
    assert stack.vectors.ids(doc_hash) == [keys.vector_id(doc_hash, accepted.version, 0)]
    assert stack.backup_keys(doc_hash) == []

    # The same content again is no "unchanged": the client may mend it by sending it once more.
    mended = stack.index(doc_hash, text)
    assert mended.version == accepted.version + 1
    stack.assert_holds_only(stack.api.document(doc_hash))
