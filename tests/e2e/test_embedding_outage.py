"""The embedding service goes away, as an idle fleet does: documents wait for it."""

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for


@pytest.mark.vector_store("lancedb")
def test_a_document_waits_for_the_embedding_service(stack: RunningStack, doc_hash: str) -> None:
    text = "The glazier of Vik keeps her diamonds in a thimble."
    with stack.without_embedding_service():
        accepted = stack.submit(doc_hash, text)
        arn = stack.execution_arn(accepted.operation, doc_hash, accepted.version)
        wait_for(lambda: "EmbeddingUnavailable" in stack.failures(arn), 30, "the embedding service was missed")
        assert stack.api.document(doc_hash).status == "processing"
        assert stack.hits(text, doc_hash) == []
    assert stack.execution(accepted, seconds=120).status == "SUCCEEDED"
    assert [hit.text for hit in stack.hits(text, doc_hash)] == [text]
    stack.assert_holds_only(stack.api.document(doc_hash))
