"""The epoch moves before a record serves what it did not serve before.

What search keeps of an index is good for as long as the epoch stands. What a record is about to serve lies in the index
by then, so a list of candidates that is made after the epoch moved has it, and one from before is good no more. Were
the epoch to move after the record, there would be a moment in which the record serves what a list from before does not
have; and where the process dies in that moment, hours.

All records are written here, so whoever makes a record serve something moves the epoch, whether he thinks of it or not.
"""

from collections.abc import Iterable

from bloomweaver.audit.entries import AuditEntry
from bloomweaver.models.record import DocumentRecord, Status
from bloomweaver.ports import CountPage, DocumentRecords, Epochs, RecordPage


def serves_anew(record: DocumentRecord, replaces: DocumentRecord | None) -> bool:
    """Whether `record` serves a version, or from an index, that the record in its place did not."""
    before = (replaces.served_version, replaces.index) if replaces else (0, None)
    return record.served_version > 0 and (record.served_version, record.index) != before


class RecordsWithEpoch:
    """Implements `DocumentRecords` on others. `put` raises what moving the epoch raises, with nothing written."""

    def __init__(self, records: DocumentRecords, epochs: Epochs) -> None:
        self._records = records
        self._epochs = epochs

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        """See `DocumentRecords`."""
        if serves_anew(record, replaces):
            self._epochs.advance()
        return self._records.put(record, replaces, entry)

    def get(self, doc_hash: str) -> DocumentRecord | None:
        """See `DocumentRecords`."""
        return self._records.get(doc_hash)

    def get_many(self, doc_hashes: Iterable[str]) -> dict[str, DocumentRecord]:
        """See `DocumentRecords`."""
        return self._records.get_many(doc_hashes)

    def page(self, status: Status, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._records.page(status, limit, cursor)

    def count(self, status: Status, cursor: str | None) -> CountPage:
        """See `DocumentRecords`."""
        return self._records.count(status, cursor)

    def oldest(self, status: Status, before: str, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._records.oldest(status, before, limit, cursor)

    def changed(self, status: Status, since: str, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._records.changed(status, since, limit, cursor)

    def leftovers(self, before: str, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._records.leftovers(before, limit, cursor)

    def scan(self, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._records.scan(limit, cursor)
