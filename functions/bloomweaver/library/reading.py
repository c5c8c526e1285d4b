"""Lists of documents, page by page, and folders with their numbers.

A list names documents, and their records say what they are: one that has moved, changed or gone since is not shown
where it was. So a page may have less than a list gave for it, and what has just been accepted comes a moment later.
"""

import base64
import binascii
import hashlib
import heapq
import json
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from bloomweaver.errors import InvalidCursor
from bloomweaver.library.listed import Entry, Listed, Order, Scope, Standing, origin_partition, partition, title_key
from bloomweaver.library.ports import FolderPage, ListingTable
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import DocumentRecords, RecordPage

ROUNDS_MAX = 5
"""How often a page is filled up for what it had to leave out."""
_STANDINGS = {Status.INDEXED: [Standing.FINE], Status.PARTIAL: [Standing.PARTIAL], Status.FAILED: [Standing.FAILED]}
ON_THE_WAY = frozenset({Status.QUEUED, Status.PROCESSING})
"""Documents that are in no list of their own: there are few at a time, and the records have a list of them."""


class Wanted(BaseModel):
    """A list of the documents of a folder. Those that are on their way are sorted by the time of their last change."""

    model_config = ConfigDict(frozen=True)

    folder: str
    scope: Scope
    order: Order
    status: Status | None = None
    """None is any but deleted ones."""
    title_prefix: str = ""
    """With `Order.TITLE`: what titles begin with, capitals and small letters alike."""

    def shows(self, record: DocumentRecord) -> bool:
        """Whether the list has the document, by what its record says."""
        listed = Listed.of(record)
        if listed is None or not listed.is_in(self.folder, self.scope):
            return False
        return self.status in (None, record.status) and listed.title_key.startswith(title_key(self.title_prefix))


class _Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    """A digest of the list."""
    after: str


class Lists:
    """Reads the lists."""

    def __init__(self, table: ListingTable, records: DocumentRecords) -> None:
        self._table = table
        self._records = records

    def documents(self, wanted: Wanted, limit: int, cursor: str | None) -> RecordPage:
        """A page of a list. Raises `InvalidCursor` and `StorageUnavailable`."""
        if wanted.status in ON_THE_WAY:
            return self._on_the_way(wanted, wanted.status, limit, cursor)
        after = _after(wanted.model_dump_json(), cursor)
        shown: list[DocumentRecord] = []
        for _ in range(ROUNDS_MAX):
            entries, more = self._next_entries(wanted, after, limit - len(shown))
            shown += self._still(wanted, entries, shown)
            after = entries[-1].sort if more else None
            if after is None or len(shown) == limit:
                break
        return RecordPage(shown, _cursor(wanted.model_dump_json(), after))

    def of_origin(self, name: str, limit: int, cursor: str | None) -> RecordPage:
        """A page of the documents of a sync, sorted by path. Raises `InvalidCursor` and `StorageUnavailable`."""
        of = origin_partition(name)
        entries = self._table.entries(of, prefix="", after=_after(of, cursor), limit=limit + 1, descending=False)
        records = self._records.get_many(entry.doc_hash for entry in entries[:limit])
        found = [records[entry.doc_hash] for entry in entries[:limit] if entry.doc_hash in records]
        shown = [record for record in found if record.origin is not None and record.origin.name == name]
        after = entries[limit - 1].sort if len(entries) > limit else None
        return RecordPage(shown, _cursor(of, after))

    def folders(self, folder: str, limit: int, cursor: str | None) -> FolderPage:
        """A page of the folders right below a folder. Raises `InvalidCursor` and `StorageUnavailable`."""
        of = f"folders:{folder}"
        page = self._table.children(folder, after=_after(of, cursor), limit=limit)
        return FolderPage(page.folders, _cursor(of, page.after))

    def count(self, folder: str) -> int:
        """How many documents are in and below a folder."""
        return self._table.count(folder)

    def _next_entries(self, wanted: Wanted, after: str | None, limit: int) -> tuple[list[Entry], bool]:
        """The next entries of all lists that are wanted, as one, and whether there are more."""
        descending = wanted.order is Order.TIME
        standings = list(Standing) if wanted.status is None else _STANDINGS.get(wanted.status, [])
        lists = [
            self._table.entries(
                partition(wanted.order, wanted.scope, standing, wanted.folder),
                prefix=title_key(wanted.title_prefix) if wanted.order is Order.TITLE else "",
                after=after,
                limit=limit + 1,
                descending=descending,
            )
            for standing in standings
        ]
        merged: Iterator[Entry] = heapq.merge(*lists, key=lambda entry: entry.sort, reverse=descending)
        first = [entry for entry, _ in zip(merged, range(limit + 1), strict=False)]
        return first[:limit], len(first) > limit

    def _still(
        self, wanted: Wanted, entries: Sequence[Entry], before: Sequence[DocumentRecord]
    ) -> list[DocumentRecord]:
        """The records of the entries that the list has still, each once."""
        seen = {record.doc_hash for record in before}
        # A document that moves from one list to another may be in both for a moment.
        new = list(dict.fromkeys(entry.doc_hash for entry in entries if entry.doc_hash not in seen))
        records = self._records.get_many(new)
        found = [records[doc_hash] for doc_hash in new if doc_hash in records]
        return [record for record in found if wanted.shows(record)]

    def _on_the_way(self, wanted: Wanted, status: Status, limit: int, cursor: str | None) -> RecordPage:
        shown: list[DocumentRecord] = []
        for _ in range(ROUNDS_MAX):
            page = self._records.page(status, limit - len(shown), cursor)
            shown += [
                record for record in page.records if record.operation is not Operation.DELETE and wanted.shows(record)
            ]
            cursor = page.cursor
            if cursor is None or len(shown) == limit:
                break
        return RecordPage(shown, cursor)


def _digest(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:16]


def _cursor(of: str, after: str | None) -> str | None:
    if after is None:
        return None
    return base64.urlsafe_b64encode(_Cursor(of=_digest(of), after=after).model_dump_json().encode()).decode()


def _after(of: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        found = _Cursor.model_validate(json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True)))
    except (binascii.Error, ValueError, ValidationError) as error:
        raise InvalidCursor("no page gave out this cursor") from error
    if found.of != _digest(of):
        raise InvalidCursor("this cursor belongs to another list")
    return found.after
