"""Documents that are taken and turn out to have no text."""

import base64
from typing import Any

import pytest

from tests.content.documents import PDF, encrypted, pdf_of
from tests.e2e.running_stack import RunningStack

UNREADABLE: dict[str, tuple[dict[str, Any], str]] = {
    "no PDF": ({"content_type": PDF, "content_base64": base64.b64encode(b"not a PDF").decode()}, "broken"),
    "an encrypted PDF": (
        {
            "content_type": PDF,
            "content_base64": base64.b64encode(encrypted(pdf_of(["Secret."]), user="key")).decode(),
        },
        "asks for a password",
    ),
    "an empty document": ({"content_type": "text/plain", "content": ""}, "no text"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_document_without_text_fails_with_the_reason(stack: RunningStack, doc_hash: str, name: str) -> None:
    content, reason = UNREADABLE[name]
    accepted = stack.api.submit({"operation": "CREATE", "doc_hash": doc_hash, **content})
    assert accepted.status == "queued"
    execution = stack.execution(accepted)
    assert (execution.status, execution.error) == ("FAILED", "ExtractionFailed")
    document = stack.api.document(doc_hash)
    assert document.status == "failed"
    assert document.error is not None
    assert document.error.type == "ExtractionFailed"
    assert reason in document.error.message
    assert "errorMessage" not in document.error.message  # a sentence, not Lambda's error object
    stack.assert_holds_nothing(doc_hash)


def test_the_version_before_a_failed_update_is_served_on(stack: RunningStack, doc_hash: str) -> None:
    text = "The glass house keeps orchids through the frost."
    good = stack.index(doc_hash, text)
    content, _ = UNREADABLE["no PDF"]
    failed = stack.api.submit({"operation": "UPDATE", "doc_hash": doc_hash, **content})
    assert stack.execution(failed).status == "FAILED"

    assert [hit.version for hit in stack.hits(text, doc_hash)] == [good.version]
    document = stack.api.document(doc_hash)
    assert (document.status, document.version, document.indexed_version) == ("failed", failed.version, good.version)
    stack.assert_holds_only(document)

    mended = stack.index(doc_hash, "The glass house keeps lemons through the frost.")
    assert [hit.version for hit in stack.hits(text, doc_hash)] == [mended.version]
    stack.assert_holds_only(stack.api.document(doc_hash))
