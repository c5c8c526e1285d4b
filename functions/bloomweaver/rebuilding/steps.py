"""How far a rebuild is: backups that are restored in batches, then documents that are looked through."""

import hashlib
import time
from collections.abc import Callable, Sequence

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.rebuild import ListedObject, Phase, RebuildProgress
from bloomweaver.models.run import StateMachine
from bloomweaver.ports import DocumentRecords
from bloomweaver.progress.notes import Part, Step
from bloomweaver.progress.progress import ProgressUnit

RESTORING = "restoring"
"""The phase before a verification's own."""
COUNT_SECONDS = 10.0
RECORDS_PAGE = 500
_NAME_CHARACTERS = 10
"""Of the digest that names a batch. Two of the same name would count once."""


def first_step(records: DocumentRecords, monotonic: Callable[[], float] = time.monotonic) -> Step:
    """Where a rebuild stands before its first batch: how many backups there should be by the records, if they can be
    gone through in `COUNT_SECONDS`."""
    try:
        backups = _backups(records, monotonic)
    except StorageUnavailable:
        # The rebuild does not wait for what is only shown.
        backups = None
    return Step(StateMachine.REBUILD, RESTORING, ProgressUnit.BACKUPS, of=backups)


def _backups(records: DocumentRecords, monotonic: Callable[[], float]) -> int | None:
    deadline = monotonic() + COUNT_SECONDS
    backups, cursor = 0, None
    while True:
        page = records.scan(RECORDS_PAGE, cursor)
        for record in page.records:
            backups += record.chunk_count if record.indexed_version else 0
            # What a version has in several indexes has one backup.
            backups += sum(max(chunks.values(), default=0) for chunks in record.stale.values())
        cursor = page.cursor
        if cursor is None:
            return backups
        if monotonic() >= deadline:
            return None


def part_of(objects: Sequence[ListedObject]) -> Part:
    """A batch that is done, by its first object: a repeat is of the same ones."""
    digest = hashlib.sha256(objects[0].key.encode()).hexdigest()
    return Part(digest[:_NAME_CHARACTERS], len(objects))


def step_of(progress: RebuildProgress) -> Step:
    """Where the verification stands."""
    counts = progress.counts
    if progress.phase is Phase.SWITCH:
        done = counts.moved + counts.unmoved
        return Step(StateMachine.REBUILD, progress.phase, ProgressUnit.DOCUMENTS, done, max(done, counts.documents))
    return Step(StateMachine.REBUILD, progress.phase, ProgressUnit.DOCUMENTS, counts.documents)
