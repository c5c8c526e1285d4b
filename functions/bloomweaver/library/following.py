"""Keeps the lists in step with a record: what is fed here may come twice, late, or not at all.

A document's item in the table says what the lists have of it, and by which revision of its record. So whatever comes
again, or after something newer, changes nothing; and the revision is noted where nothing else changes, too. Before
entries are written or removed the item says so, since whoever does it may die: the next one makes them what they are to
be. Then come the entries, which may be written twice; then, as one transaction, the item and the counts.
"""

from collections.abc import Mapping, Set
from dataclasses import replace

from bloomweaver.errors import RecordContended
from bloomweaver.library.counted import count_changes
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import ListedState, ListingTable, StateChange
from bloomweaver.library.step import NOTHING, Step, begun_with, entries_of, maybe_there
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords

ATTEMPTS = 10


def follow(table: ListingTable, record: DocumentRecord, touched: Set[Entry] = frozenset()) -> bool:
    """Bring the lists up to the record. Returns whether anything was to be done.

    `touched` are entries of it that were written or removed for this already. Raises `StorageUnavailable`, and
    `RecordContended` where others changed the same lists each time.
    """
    doc_hash = record.doc_hash
    touched = set(touched)
    for _ in range(ATTEMPTS):
        step = Step.to(record, table.state(doc_hash))
        if not step.is_due:
            # Somebody with something newer was faster, maybe after entries were written and removed for this.
            if not touched or _put_back(table, doc_hash, step.known, touched):
                return False
            continue
        if not _begin(table, doc_hash, step.known, step.begun):
            continue
        if step.put or step.delete:
            table.write(put=step.put, delete=step.delete)
            touched |= step.put | step.delete
        if table.commit([step.change], counts=count_changes(step.known.listed, step.listed)):
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
        begun = begun_with(known, listed)
        if not _begin(table, doc_hash, known, begun):
            continue
        table.write(put=after, delete=(maybe_there(doc_hash, begun) | wrong) - after)
        wrong |= after
        # Without a record the next one begins at revision 1.
        revision = record.revision if record is not None else 0
        state = ListedState(revision=revision, listed=listed, serial=begun.serial + 1)
        counts = count_changes(begun.listed, listed)
        if table.commit([StateChange(doc_hash, begun, state)], counts=counts, followed=False):
            return counts
    return None


def _put_back(table: ListingTable, doc_hash: str, known: ListedState, touched: Set[Entry]) -> bool:
    """Make entries what they are by the state, which somebody else wrote before they were touched. False where it has
    changed again: whoever is at it may have written them, too, and begins again where this was faster."""
    there = entries_of(doc_hash, known.listed)
    table.write(put=touched & there, delete=touched - there)
    return table.commit([StateChange(doc_hash, known, replace(known, serial=known.serial + 1))], counts={})


def _begin(table: ListingTable, doc_hash: str, known: ListedState, begun: ListedState) -> bool:
    """Note what is about to be written, if that is to be noted. False where somebody else changed the state."""
    return begun == known or table.commit([StateChange(doc_hash, known, begun)], counts={})
