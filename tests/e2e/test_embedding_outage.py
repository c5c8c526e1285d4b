"""The embedding service goes away, as an idle fleet does: documents wait for it."""

from urllib.parse import urlsplit

import pytest

from local.embedding import start_embedding
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for


@pytest.mark.vector_store("lancedb")
def test_a_document_waits_for_the_embedding_service(stack: RunningStack, doc_hash: str) -> None:
    text = "The glazier of Vik keeps her diamonds in a thimble."
    port = urlsplit(stack.descriptor.embedding_url).port
    assert port is not None
    [service] = [process for process in stack.descriptor.processes if process.name == "the embedding service"]
    handle = service.handle()
    assert handle is not None
    handle.kill()
    wait_for(lambda: service.handle() is None, 10, "the embedding service is gone")
    try:
        accepted = stack.submit(doc_hash, text)
        arn = stack.execution_arn(accepted.operation, doc_hash, accepted.version)
        wait_for(lambda: "EmbeddingUnavailable" in stack.failures(arn), 30, "the embedding service was missed")
        assert stack.api.document(doc_hash).status == "processing"
        assert stack.hits(text, doc_hash) == []
    finally:
        stack.replace_process(service, start_embedding(stack.config, port))
    assert stack.execution(accepted, seconds=120).status == "SUCCEEDED"
    assert [hit.text for hit in stack.hits(text, doc_hash)] == [text]
    stack.assert_holds_only(stack.api.document(doc_hash))
