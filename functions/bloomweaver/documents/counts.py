"""How many documents there are in each status, within a bound of time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bloomweaver.models.record import Status
from bloomweaver.ports import DocumentRecords


@dataclass(frozen=True)
class Counts:
    """The numbers by status. Of those in `incomplete` there are at least so many: the time was up."""

    numbers: Mapping[Status, int]
    incomplete: list[Status]


def count(records: DocumentRecords, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> Counts:
    """Count for about `seconds` at most. The table counts by reading, some thousands of records in one go.

    Raises `StorageUnavailable`.
    """
    deadline = monotonic() + seconds
    numbers: dict[Status, int] = {}
    cursors: dict[Status, str] = {}
    for status in Status:
        page = records.count(status, None)
        numbers[status] = page.number
        if page.cursor is not None:
            cursors[status] = page.cursor
    # Every status has a first page before one has a second.
    while cursors and monotonic() < deadline:
        for status, cursor in list(cursors.items()):
            page = records.count(status, cursor)
            numbers[status] += page.number
            if page.cursor is None:
                del cursors[status]
            else:
                cursors[status] = page.cursor
    return Counts(numbers, list(cursors))
