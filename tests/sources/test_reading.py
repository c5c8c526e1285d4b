"""What is handed out is the content of the version that is served, and of nothing that is deleted."""

from typing import Any

import pytest

from bloomweaver import keys
from bloomweaver.errors import ContentNotKept, NotServed, UnknownDocument
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.sources.reading import ServedContent, read
from tests.fakes import MemoryRecords, MemorySources

NAME = "a" * 64
NOW = "2026-01-01T00:00:00.000000+00:00"


class Store:
    """A document that is served as version 2, while a newer version is on its way."""

    def __init__(self, **changes: Any) -> None:
        self.records, self.sources = MemoryRecords(), MemorySources()
        self.change(**changes)
        self.put(2, b"<p>text</p>")

    def change(self, **changes: Any) -> None:
        base = DocumentRecord(
            doc_hash="doc", version=3, indexed_version=2, status=Status.QUEUED, operation=Operation.UPDATE,
            content_type="application/pdf", sources={"2": NAME, "3": NAME}, correlation_id="c", created_at=NOW,
            updated_at=NOW,
        )  # fmt: skip
        self.records.records["doc"] = base.model_copy(update=changes)

    def put(self, version: int, data: bytes, content_type: str = "text/html", name: str = NAME) -> None:
        self.sources.put_content(keys.source_key("doc", version, name), data, content_type)

    def read(self, inline_max_bytes: int = 100) -> ServedContent:
        return read(self.records, self.sources, "doc", inline_max_bytes=inline_max_bytes, address_seconds=60)


def test_the_served_version_is_given_with_its_own_type_not_that_of_the_one_on_its_way() -> None:
    found = Store().read()
    assert (found.data, found.content_type, found.file_name) == (b"<p>text</p>", "text/html", "doc.html")
    assert (found.version, found.source, found.address) == (2, "content", None)


def test_a_larger_one_has_an_address() -> None:
    found = Store().read(inline_max_bytes=3)
    assert (found.data, found.size) == (None, 11)
    assert found.address == f"memory://{keys.source_key('doc', 2, NAME)}?as=doc.html&for=60"


def test_passages_that_are_left_of_a_document_say_so() -> None:
    name = keys.source_name(NAME, passages=True)
    store = Store(sources={"2": name})
    store.put(2, b'{"text": "a"}\n', "application/jsonl", name)
    found = store.read()
    assert (found.source, found.file_name, found.data) == ("passages", "doc.passages.jsonl", b'{"text": "a"}\n')


def test_nothing_is_given_of_a_deleted_document_though_it_is_still_there() -> None:
    store = Store(operation=Operation.DELETE, status=Status.DELETING, deleted_version=3)
    with pytest.raises(NotServed, match="deleting"):
        store.read()


def test_a_version_that_is_replaced_in_this_moment_is_looked_for_once_more() -> None:
    store = Store()
    store.sources.objects.clear()
    get = store.records.get

    def replaced(doc_hash: str) -> DocumentRecord | None:
        record = get(doc_hash)
        store.change(indexed_version=3)
        store.put(3, b"new")
        return record

    store.records.get = replaced  # type: ignore[method-assign]
    assert store.read().data == b"new"


def test_a_document_without_a_source_says_how_it_gets_one() -> None:
    for store in (Store(sources={}), Store()):
        store.sources.objects.clear()
        with pytest.raises(ContentNotKept, match="reconcile --repair"):
            store.read()


def test_an_unknown_document_is_named() -> None:
    store = Store()
    store.records.records.clear()
    with pytest.raises(UnknownDocument, match="'doc'"):
        store.read()
