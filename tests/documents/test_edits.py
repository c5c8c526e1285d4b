"""What an edit makes of a document, given its record and what is kept of its content."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError

from bloomweaver import keys
from bloomweaver.documents.edits import Edit, Edits, InvalidEdit
from bloomweaver.errors import BodyExpired, DocumentDeleted, UnexpectedVersion, UnknownDocument
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import DocumentRecord, ErrorDetail, Operation, Status
from tests.audit.memory_audit import asked
from tests.fakes import MemoryObjects, MemoryQueue, MemoryRecords

NOW = "2026-02-01T00:00:00.000000+00:00"
SHA = "a" * 64


def indexed(**changes: Any) -> DocumentRecord:
    values = {
        "doc_hash": "doc",
        "version": 3,
        "indexed_version": 3,
        "status": Status.INDEXED,
        "operation": Operation.CREATE,
        "content_sha256": SHA,
        "content_type": "text/plain",
        "title": "Tides",
        "language": "en",
        "detected_language": None,
        "metadata": {"place": "harbour", "year": 1908},
        "folder": "/guides",
        "sources": {"3": SHA},
        "artifact": "raw/doc/x",
        "correlation_id": "c",
        "created_at": "2026-01-01",
        "updated_at": "2026-01-01",
    }
    return DocumentRecord.model_validate(values | changes)


@dataclass
class Shelf:
    """Edits of one document."""

    record: DocumentRecord
    records: MemoryRecords = field(default_factory=MemoryRecords)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    sources: MemoryObjects = field(default_factory=MemoryObjects)
    queue: MemoryQueue = field(default_factory=MemoryQueue)

    def __post_init__(self) -> None:
        self.records.records["doc"] = self.record
        self.sources.put(keys.source_key("doc", 3, SHA), b"text")
        self.edits = Edits(self.records, self.objects, self.sources, self.queue, lambda: NOW, body_max_bytes=10_000)

    def edit(self, **fields: Any) -> DocumentRecord:
        """The record after an edit."""
        self.edits.accept("doc", Edit.model_validate(fields), asked("c-2"))
        return self.records.records["doc"]


def test_an_edit_is_a_new_version_of_the_content_that_is_kept() -> None:
    shelf = Shelf(indexed())
    record = shelf.edit(title="High tides")
    assert (record.version, record.status, record.operation) == (4, Status.QUEUED, Operation.UPDATE)
    assert (record.title, record.metadata, record.folder) == (
        "High tides",
        {"place": "harbour", "year": 1908},
        "/guides",
    )
    assert (record.kept_version, record.content_sha256, record.accepted_at) == (3, SHA, NOW)
    assert [message.version for message in shelf.queue.messages] == [4]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": None}, {"title": None}),
        ({"folder": "/cafe\u0301"}, {"folder": "/caf\u00e9"}),
        ({"folder": None}, {"folder": "/"}),
        ({"language": "DE-at"}, {"language": "de-AT"}),
        ({"language": None}, {"language": None}),
        ({"metadata": {"year": None, "kind": "note"}}, {"metadata": {"place": "harbour", "kind": "note"}}),
        ({"metadata": None}, {"metadata": {}}),
        ({"origin": {"name": "docs", "path": "a.md"}}, {"origin": Origin(name="docs", path="a.md")}),
    ],
)
def test_what_is_named_is_changed_and_null_removes(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    before = indexed()
    after = Shelf(before).edit(**fields)
    assert {name: getattr(after, name) for name in expected} == expected
    others = {"title", "metadata", "folder", "language", "origin"} - expected.keys()
    assert {name: getattr(after, name) for name in others} == {name: getattr(before, name) for name in others}


@pytest.mark.parametrize(
    "fields",
    [{"title": "Tides"}, {"metadata": {"year": 1908}}, {"metadata": {"gone": None}}, {"folder": "/guides"}, {}],
)
def test_what_is_so_already_changes_nothing(fields: dict[str, Any]) -> None:
    shelf = Shelf(indexed())
    assert shelf.edit(**fields) == indexed()
    assert shelf.queue.messages == []


def test_a_number_that_is_another_type_is_a_change() -> None:
    assert Shelf(indexed(metadata={"year": 1})).edit(metadata={"year": True}).metadata == {"year": True}


def test_a_failed_document_is_run_again_by_the_same_edit() -> None:
    failed = indexed(status=Status.FAILED, error=ErrorDetail(type="ExtractionFailed", message="empty"))
    record = Shelf(failed).edit(title="Tides")
    assert (record.version, record.status, record.error) == (4, Status.QUEUED, None)


def test_a_document_on_its_way_is_edited_on_top_of_what_was_accepted() -> None:
    on_its_way = indexed(version=4, status=Status.PROCESSING, title="Newer", sources={"3": SHA, "4": SHA})
    shelf = Shelf(on_its_way)
    shelf.sources.put(keys.source_key("doc", 4, SHA), b"text")
    record = shelf.edit(metadata={"kind": "note"})
    assert (record.version, record.title, record.kept_version) == (5, "Newer", 4)


@pytest.mark.parametrize(("expected", "refused"), [(3, False), (2, True), (4, True)])
def test_the_expected_version_is_the_latest_or_nothing_is_done(expected: int, refused: bool) -> None:
    shelf = Shelf(indexed())
    if refused:
        with pytest.raises(UnexpectedVersion, match=f"version {expected} of 'doc'"):
            shelf.edit(title="High tides", expected_version=expected)
        assert shelf.records.records["doc"] == indexed()
    else:
        assert shelf.edit(title="High tides", expected_version=expected).version == 4


def test_an_edit_whose_answer_was_lost_may_be_sent_again() -> None:
    shelf = Shelf(indexed())
    first = shelf.edit(title="High tides", expected_version=3)
    assert shelf.edit(title="High tides", expected_version=3) == first


def test_a_deleted_document_cannot_be_edited() -> None:
    deleted = indexed(version=4, deleted_version=4, operation=Operation.DELETE, status=Status.DELETED)
    with pytest.raises(DocumentDeleted, match="was deleted"):
        Shelf(deleted).edit(title="High tides")


def test_an_unknown_document_cannot_be_edited() -> None:
    with pytest.raises(UnknownDocument):
        Shelf(indexed()).edits.accept("other", Edit(title="x"), asked())


def test_a_content_that_is_kept_nowhere_is_asked_for() -> None:
    shelf = Shelf(indexed(sources={}))
    with pytest.raises(BodyExpired, match="send the document again"):
        shelf.edit(title="High tides")


def test_metadata_that_would_be_too_many_are_refused() -> None:
    shelf = Shelf(indexed(metadata={"a": "x" * 10_000}))
    with pytest.raises(InvalidEdit, match="16384 is the most"):
        shelf.edit(metadata={"b": "x" * 10_000})


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"folder": "guides"}, "folder"),
        ({"metadata": {"$or": 1}}, "metadata"),
        ({"metadata": {"a": {"b": 1}}}, "metadata"),
        ({"content": "text"}, "content"),
        ({"expected_version": 0}, "expected_version"),
        ({"origin": {"name": "a b", "path": "x"}}, "origin.name"),
    ],
)
def test_bad_input_is_named(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Edit.model_validate(fields)
    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == where
