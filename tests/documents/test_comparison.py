"""What is unchanged is told exactly as the webhook would tell it, without a content."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.documents.acceptance import Submission, accept
from bloomweaver.documents.comparison import CompareRequest, Sendable, compare
from bloomweaver.models.record import DocumentRecord, Operation, Status
from tests.fakes import MemoryRecords

NOW = "2026-01-01T00:00:00.000000+00:00"
FIELDS: dict[str, list[Any]] = {
    "content_sha256": ["a" * 64, "b" * 64],
    "content_type": ["text/plain", "text/markdown; charset=utf-8"],
    "title": [None, "Tides"],
    "language": [None, "en", "EN"],
    "metadata": [{}, {"year": 1}, {"year": 1.0}, {"year": True}],
    "folder": [None, "/", "/guides"],
    "origin": [None, {"name": "docs", "path": "a.md"}],
}
sendables = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELDS.items()}).map(
    lambda fields: Sendable.model_validate({"doc_hash": "doc", **fields})
)


def accepted(current: DocumentRecord | None, submission: Submission, status: Status) -> DocumentRecord:
    record, _ = accept(current, submission, NOW)
    assert record is not None
    return record.model_copy(update={"status": status})


@given(sendables, sendables, st.sampled_from([Status.QUEUED, Status.INDEXED, Status.PARTIAL, Status.FAILED]))
def test_it_says_what_the_webhook_would(before: Sendable, now: Sendable, status: Status) -> None:
    record = accepted(None, before.submission(), status)
    [compared] = compare(MemoryRecords({"doc": record}), CompareRequest(documents=[now])).documents
    _, answer = accept(record, now.submission(), NOW)
    assert compared.unchanged is (answer.status == "unchanged")
    assert (compared.version, compared.status) == (1, status)


def test_documents_are_answered_in_their_order_and_unknown_ones_too() -> None:
    known = Sendable(doc_hash="b", content_sha256="a" * 64, content_type="text/plain")
    records = MemoryRecords({"b": accepted(None, known.submission(), Status.INDEXED)})
    request = CompareRequest(documents=[known.model_copy(update={"doc_hash": name}) for name in ("c", "b", "a")])
    assert [(each.doc_hash, each.unchanged, each.status) for each in compare(records, request).documents] == [
        ("c", False, None),
        ("b", True, Status.INDEXED),
        ("a", False, None),
    ]


def test_a_deleted_document_is_changed() -> None:
    sent = Sendable(doc_hash="doc", content_sha256="a" * 64, content_type="text/plain")
    record = accepted(None, sent.submission(), Status.INDEXED)
    deleted = accepted(record, Submission(Operation.DELETE, "doc", "c"), Status.DELETED)
    assert not compare(MemoryRecords({"doc": deleted}), CompareRequest(documents=[sent])).documents[0].unchanged


@pytest.mark.parametrize("count", [0, 101])
def test_one_to_a_hundred_documents_are_compared(count: int) -> None:
    one = {"doc_hash": "doc", "content_sha256": "a" * 64, "content_type": "text/plain"}
    with pytest.raises(ValueError, match="documents"):
        CompareRequest.model_validate({"documents": [one] * count})
