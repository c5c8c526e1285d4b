"""Keeps the lists in step with a record: what is fed here may come twice, late, or not at all.

A document's item in the table says what the lists have of it, and by which revision of its record. So whatever comes
again, or after something newer, changes nothing; and the revision is noted where nothing else changes, too. Before new
entries are written the item says so, since whoever writes them may die: the next one removes what is not to be there.
Then come the entries, which may be written twice; then, as one transaction, the item and the counts.
"""

from dataclasses import replace

from bloomweaver.errors import RecordContended
from bloomweaver.library.counted import count_changes
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import ListedState, ListingTable
from bloomweaver.models.record import DocumentRecord

ATTEMPTS = 10
NOTHING = ListedState(revision=0, listed=None)


def follow(table: ListingTable, record: DocumentRecord) -> bool:
    """Bring the lists up to the record. Returns whether anything was to be done.

    Raises `StorageUnavailable`, and `RecordContended` where others changed the same lists each time.
    """
    doc_hash, listed = record.doc_hash, Listed.of(record)
    after = _entries(doc_hash, listed)
    written: set[Entry] = set()
    for _ in range(ATTEMPTS):
        known = table.state(doc_hash) or NOTHING
        there = _entries(doc_hash, known.listed)
        if known.revision >= record.revision:
            # Somebody with something newer was faster, after entries of this were written.
            table.write(put=(), delete=written - there)
            return False
        put = after - there
        if put and listed is not None and listed not in known.begun:
            begun = replace(known, begun=(*known.begun, listed), serial=known.serial + 1)
            if not table.commit(doc_hash, begun, replaces=known, counts={}):
                continue
            known = begun
        maybe = {entry for each in known.begun for entry in each.entries(doc_hash)}
        table.write(put=put, delete=(there | maybe) - after)
        written |= put
        state = ListedState(revision=record.revision, listed=listed, serial=known.serial + 1)
        if table.commit(doc_hash, state, replaces=known, counts=count_changes(known.listed, listed)):
            return True
    raise RecordContended(f"{ATTEMPTS} attempts to list '{doc_hash}' each met another writer")


def _entries(doc_hash: str, listed: Listed | None) -> set[Entry]:
    return listed.entries(doc_hash) if listed is not None else set()
