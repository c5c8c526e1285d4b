"""Keeps the lists in step with a record: what is fed here may come twice, late, or not at all.

A document's item in the table says what the lists have of it, and by which revision of its record. So whatever comes
again, or after something newer, changes nothing; and the revision is noted where nothing else changes, too. Before new
entries are written the item says so, since whoever writes them may die: the next one removes what is not to be there.
Then come the entries, which may be written twice; then, as one transaction, the item and the counts.
"""

from collections.abc import Mapping, Set
from dataclasses import replace

from bloomweaver.errors import RecordContended
from bloomweaver.library.counted import count_changes
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import ListedState, ListingTable
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords

ATTEMPTS = 10
NOTHING = ListedState(revision=0, listed=None)


def follow(table: ListingTable, record: DocumentRecord) -> bool:
    """Bring the lists up to the record. Returns whether anything was to be done.

    Raises `StorageUnavailable`, and `RecordContended` where others changed the same lists each time.
    """
    doc_hash, listed = record.doc_hash, Listed.of(record)
    after = entries_of(doc_hash, listed)
    touched: set[Entry] = set()
    for _ in range(ATTEMPTS):
        known = table.state(doc_hash) or NOTHING
        if known.revision >= record.revision:
            # Somebody with something newer was faster, maybe after entries were written and removed for this.
            if not touched or _put_back(table, doc_hash, known, touched):
                return False
            continue
        put = after - entries_of(doc_hash, known.listed)
        if (begun := _begin(table, doc_hash, known, listed if put else None)) is None:
            continue
        delete = _maybe_there(doc_hash, begun) - after
        table.write(put=put, delete=delete)
        touched |= put | delete
        state = ListedState(revision=record.revision, listed=listed, serial=begun.serial + 1)
        if table.commit(doc_hash, state, replaces=begun, counts=count_changes(begun.listed, listed)):
            return True
    raise RecordContended(f"{ATTEMPTS} attempts to list '{doc_hash}' each met another writer")


def list_anew(
    table: ListingTable, records: DocumentRecords, doc_hash: str, strays: Set[Entry] = frozenset()
) -> Mapping[str, int] | None:
    """List a document as its record is now, whatever the lists have of it, and remove `strays` that are not of it.

    All of its entries are written, since any may be missing. The record is read after the state that is replaced, so
    whoever lists something newer meanwhile has this begin again, and finds its entries written once more. Returns what
    was added to the numbers of folders; none where others changed the same lists each time. Raises
    `StorageUnavailable`.
    """
    wrong = set(strays)
    for _ in range(ATTEMPTS):
        known = table.state(doc_hash) or NOTHING
        record = records.get(doc_hash)
        listed = Listed.of(record) if record is not None else None
        after = entries_of(doc_hash, listed)
        if (begun := _begin(table, doc_hash, known, listed)) is None:
            continue
        table.write(put=after, delete=(_maybe_there(doc_hash, begun) | wrong) - after)
        wrong |= after
        # Without a record the next one begins at revision 1.
        revision = record.revision if record is not None else 0
        state = ListedState(revision=revision, listed=listed, serial=begun.serial + 1)
        counts = count_changes(begun.listed, listed)
        if table.commit(doc_hash, state, replaces=begun, counts=counts, followed=False):
            return counts
    return None


def entries_of(doc_hash: str, listed: Listed | None) -> set[Entry]:
    """The entries of a document; none of one that is in no list."""
    return listed.entries(doc_hash) if listed is not None else set()


def _maybe_there(doc_hash: str, known: ListedState) -> set[Entry]:
    begun = (entry for each in known.begun for entry in each.entries(doc_hash))
    return {*entries_of(doc_hash, known.listed), *begun}


def _put_back(table: ListingTable, doc_hash: str, known: ListedState, touched: Set[Entry]) -> bool:
    """Make entries what they are by the state, which somebody else wrote before they were touched. False where it has
    changed again: whoever is at it may have written them, too, and begins again where this was faster."""
    there = entries_of(doc_hash, known.listed)
    table.write(put=touched & there, delete=touched - there)
    return table.commit(doc_hash, replace(known, serial=known.serial + 1), replaces=known, counts={})


def _begin(table: ListingTable, doc_hash: str, known: ListedState, listed: Listed | None) -> ListedState | None:
    """Note that entries of `listed` are about to be written, if that is to be noted. Returns the state as it is then;
    none where somebody else changed it."""
    if listed is None or listed in (known.listed, *known.begun):
        return known
    begun = replace(known, begun=(*known.begun, listed), serial=known.serial + 1)
    return begun if table.commit(doc_hash, begun, replaces=known, counts={}) else None
