"""The passages that are handed out are those of the version that is served, and of nothing that is deleted."""

from collections.abc import Sequence
from typing import Any

import pytest

from bloomweaver import keys
from bloomweaver.errors import NotServed, UnknownDocument
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Chunk, Passage
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.passages.served import PassagePage, PassagesRequest, served_passages
from tests.fakes import MemoryObjects, MemoryRecords

NOW = "2026-01-01T00:00:00.000000+00:00"


class Store(MemoryObjects):
    """A document of three passages that is served as version 2, while a newer version is on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.records = MemoryRecords()
        self.change()
        self.back_up(2)
        self.before_reading: list[dict[str, Any]] = []
        """Changes of the record, each before backups are read once more."""

    def change(self, **changes: Any) -> None:
        base = DocumentRecord(
            doc_hash="doc", version=3, indexed_version=2, status=Status.QUEUED, operation=Operation.UPDATE,
            chunk_count=3, correlation_id="c", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        self.records.records["doc"] = base.model_copy(update=changes)

    def back_up(self, version: int) -> None:
        for index in range(3):
            chunk = Chunk.of(Passage(text=f"{version}: {index}", heading="Guide", page=4), index)
            chunk_id = keys.chunk_id(version, index)
            backup = Backup(
                **chunk.model_dump(), vector=[1.0], doc_hash="doc", version=version, chunk_id=chunk_id, model="m"
            )
            self.put(keys.backup_key("doc", version, index), backup.model_dump_json().encode())

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        if self.before_reading:
            self.change(**self.before_reading.pop(0))
        return super().get_many(keys)

    def page(self, **query: int) -> PassagePage:
        return served_passages(self.records, self, "doc", PassagesRequest(**query))


def texts(page: PassagePage) -> list[str]:
    return [passage.text for passage in page.passages]


def test_they_come_in_their_order_page_by_page() -> None:
    store = Store()
    page = store.page(limit=2)
    assert (texts(page), page.next_start, page.count, page.version) == (["2: 0", "2: 1"], 2, 3, 2)
    last = store.page(start=2, limit=2)
    assert (texts(last), last.next_start, last.missing) == (["2: 2"], None, [])
    assert (last.passages[0].chunk_id, last.passages[0].heading, last.passages[0].page) == ("v000002-00002", "Guide", 4)
    assert texts(store.page(start=7)) == []


def test_one_without_a_backup_is_named() -> None:
    store = Store()
    store.delete_many([keys.backup_key("doc", 2, 1)])
    page = store.page()
    assert (texts(page), page.missing) == (["2: 0", "2: 2"], [1])


def test_a_version_that_was_replaced_and_removed_meanwhile_is_not_given_in_parts() -> None:
    store = Store()
    store.delete_many([keys.backup_key("doc", 2, index) for index in range(2)])
    store.back_up(3)
    store.before_reading = [{"indexed_version": 3}]
    page = store.page()
    assert (page.version, texts(page), page.missing) == (3, ["3: 0", "3: 1", "3: 2"], [])


def test_nothing_is_given_of_a_deleted_document_though_it_is_still_there() -> None:
    store = Store()
    store.change(status=Status.DELETING, operation=Operation.DELETE, deleted_version=3)
    with pytest.raises(NotServed):
        store.page()
    with pytest.raises(UnknownDocument):
        served_passages(MemoryRecords(), store, "doc", PassagesRequest())
