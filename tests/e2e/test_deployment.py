"""A deployment changes the functions one after the other: what comes in meanwhile waits until they agree."""

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for


@pytest.mark.vector_store("lancedb")
def test_a_document_waits_until_the_functions_have_the_same_model(stack: RunningStack, doc_hash: str) -> None:
    text = "The ferryman of Lom ties his boat to a church bell."
    with stack.function_environment("embed", EMBEDDING_MODEL="bge-small"):
        accepted = stack.submit(doc_hash, text)
        arn = stack.execution_arn(accepted.operation, doc_hash, accepted.version)
        wait_for(lambda: "ModelChanged" in stack.failures(arn), 30, "embed has another model than chunk")
        assert stack.api.document(doc_hash).status == "processing"
    assert stack.execution(accepted, seconds=180).status == "SUCCEEDED"
    assert stack.failures(arn) == {"ModelChanged"}
    assert [hit.text for hit in stack.hits(text, doc_hash)] == [text]
    stack.assert_holds_only(stack.api.document(doc_hash))
