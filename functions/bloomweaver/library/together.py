"""Keeps the lists in step with many records at once, in a few requests.

Each step of `follow` is made for all of them together: what the lists have of them is read, then it is noted what is
about to be written, then the entries are written, then the states and the sums of the counts, as one transaction. A
transaction that loses, since somebody else is at one of the documents or at a folder's count, has each followed by
itself.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from bloomweaver.library.counted import count_changes
from bloomweaver.library.following import follow
from bloomweaver.library.listed import Entry
from bloomweaver.library.ports import COMMIT_MAX, ListingTable, StateChange
from bloomweaver.library.step import Step
from bloomweaver.models.record import DocumentRecord

GROUP_MAX = 50
"""Leaves half of a transaction to the counts of folders."""


def follow_all(table: ListingTable, records: Iterable[DocumentRecord]) -> int:
    """Bring the lists up to the records; of several of one document to the newest. Returns of how many documents
    anything was to be done.

    Raises `StorageUnavailable`, and `RecordContended` where others changed the same lists each time.
    """
    latest: dict[str, DocumentRecord] = {}
    for record in records:
        if (other := latest.get(record.doc_hash)) is None or other.revision < record.revision:
            latest[record.doc_hash] = record
    remaining = iter(latest.values())
    changed = 0
    while group := list(islice(remaining, GROUP_MAX)):
        changed += _follow_group(table, group)
    return changed


def _follow_group(table: ListingTable, records: Sequence[DocumentRecord]) -> int:
    states = table.states((record.doc_hash for record in records), consistent=True)
    steps = [Step.to(record, states.get(record.doc_hash)) for record in records]
    due = {step.doc_hash: step for step in steps if step.is_due}
    if not due:
        return 0
    counts = _sum_of_counts(due.values())
    touched: dict[str, set[Entry]] = {}
    if len(due) + len(counts) <= COMMIT_MAX and _begin(table, due.values()):
        touched = {doc_hash: step.put | step.delete for doc_hash, step in due.items()}
        if any(touched.values()):
            put = {entry for step in due.values() for entry in step.put}
            table.write(put=put, delete={entry for step in due.values() for entry in step.delete})
        if table.commit([step.change for step in due.values()], counts=counts):
            return len(due)
    behind = [record for record in records if record.doc_hash in due]
    return sum(follow(table, record, touched.get(record.doc_hash, frozenset())) for record in behind)


def _begin(table: ListingTable, steps: Iterable[Step]) -> bool:
    changes = [StateChange(step.doc_hash, step.known, step.begun) for step in steps if step.begun != step.known]
    return not changes or table.commit(changes, counts={})


def _sum_of_counts(steps: Iterable[Step]) -> dict[str, int]:
    """What is added to each folder's count. One whose changes come to 0 is written too: its mark has to go."""
    counts: dict[str, int] = {}
    for step in steps:
        for folder, change in count_changes(step.known.listed, step.listed).items():
            counts[folder] = counts.get(folder, 0) + change
    return counts
