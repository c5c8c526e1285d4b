"""A new document: from the webhook's answer to search, record, index and backups."""

from bloomweaver import keys
from local.config import StackConfig
from tests.e2e.running_stack import RunningStack

TEXT = "The lighthouse keeper of Sandholm feeds seven grey cats every morning."


def test_a_document_becomes_searchable(stack: RunningStack, doc_hash: str) -> None:
    metadata = {"topic": "cats", "count": 7, "open": True, "tags": ["sea", "tower"]}
    accepted = stack.submit(doc_hash, TEXT, operation="CREATE", title="The keeper", metadata=metadata)
    assert (accepted.version, accepted.operation, accepted.status) == (1, "CREATE", "queued")
    assert stack.execution(accepted).status == "SUCCEEDED"

    [hit] = stack.hits("who feeds the cats at the lighthouse?", doc_hash)
    assert (hit.text, hit.title, hit.metadata) == (TEXT, "The keeper", metadata)
    assert (hit.version, hit.chunk_id) == (1, keys.chunk_id(1, 0))
    assert 0.5 < hit.score <= 1

    document = stack.api.document(doc_hash)
    assert (document.status, document.indexed_version, document.chunk_count) == ("indexed", 1, 1)
    assert (document.model, document.error) == (StackConfig.model, None)
    assert document.branches == {"pinecone": "written", "s3": "written"}
    stack.assert_holds_only(document)
    backup = stack.backup(keys.backup_key(doc_hash, 1, 0))
    assert (backup["text"], backup["metadata"], backup["model"]) == (TEXT, metadata, StackConfig.model)
    assert len(backup["vector"]) == 384
