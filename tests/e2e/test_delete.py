"""A document that is deleted is gone at once, and may come back."""

import pytest

from cli.client import ApiError
from tests.e2e.running_stack import RunningStack

TEXT = "The observatory's dome turns on forty brass wheels."


def test_a_deleted_document_is_gone_and_may_come_back(stack: RunningStack, doc_hash: str) -> None:
    created = stack.index(doc_hash, TEXT)
    assert stack.hits(TEXT, doc_hash)

    deleted = stack.api.delete(doc_hash)
    assert stack.hits(TEXT, doc_hash) == []  # whether or not its execution has begun
    assert (deleted.version, deleted.operation) == (created.version + 1, "DELETE")
    assert stack.execution(deleted).status == "SUCCEEDED"
    assert stack.api.document(doc_hash).status == "deleted"
    stack.assert_holds_nothing(doc_hash)
    assert stack.source_keys(doc_hash) == []
    assert stack.hits(TEXT, doc_hash) == []

    again = stack.index(doc_hash, TEXT)
    assert (again.version, again.operation) == (deleted.version + 1, "CREATE")
    assert [hit.version for hit in stack.hits(TEXT, doc_hash)] == [again.version]
    stack.assert_holds_only(stack.api.document(doc_hash))


def test_a_delete_overtakes_what_is_under_way(stack: RunningStack, doc_hash: str) -> None:
    created = stack.submit(doc_hash, TEXT)
    deleted = stack.api.delete(doc_hash)
    executions = [stack.execution(accepted) for accepted in (created, deleted)]
    assert {execution.status for execution in executions} == {"SUCCEEDED"}, executions
    assert stack.api.document(doc_hash).status == "deleted"
    assert stack.hits(TEXT, doc_hash) == []
    stack.assert_holds_nothing(doc_hash)
    assert stack.source_keys(doc_hash) == []


def test_an_unknown_document_cannot_be_deleted(stack: RunningStack, doc_hash: str) -> None:
    with pytest.raises(ApiError) as refused:
        stack.api.delete(doc_hash)
    assert refused.value.status == 404
