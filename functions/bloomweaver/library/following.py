"""Keeps the lists in step with a record: what is fed here may come twice, late, or not at all.

A document's item in the table says what the lists have of it, and by which revision of its record. So whatever comes
again, or after something newer, changes nothing; and the revision is noted where nothing else changes, too. First the
entries are written, which may be done twice; then, as one transaction, the item and the counts.
"""

from bloomweaver.errors import RecordContended
from bloomweaver.library.counted import count_changes
from bloomweaver.library.listed import Listed
from bloomweaver.library.ports import ListedState, ListingTable
from bloomweaver.models.record import DocumentRecord

ATTEMPTS = 10
NOTHING = ListedState(revision=0, listed=None)


def follow(table: ListingTable, record: DocumentRecord) -> bool:
    """Bring the lists up to the record. Returns whether anything was to be done.

    Raises `StorageUnavailable`, and `RecordContended` where others changed the same lists each time.
    """
    listed = Listed.of(record)
    for _ in range(ATTEMPTS):
        known = table.state(record.doc_hash) or NOTHING
        if known.revision >= record.revision:
            return False
        before = known.listed.entries(record.doc_hash) if known.listed else set()
        after = listed.entries(record.doc_hash) if listed else set()
        table.write(put=after - before, delete=before - after)
        state = ListedState(revision=record.revision, listed=listed)
        changes = count_changes(known.listed, listed)
        if table.commit(record.doc_hash, state, replaces=known, counts=changes):
            return True
    raise RecordContended(f"{ATTEMPTS} attempts to list '{record.doc_hash}' each met another writer")
