"""Makes up for what the lists missed: changes that the table's stream lost, or that could not be listed for long.

The lists are up to some moment; what was changed since is looked at, the newest first. Without such a moment, as before
the first time, all records are looked through, over as many calls as it takes. A record that is listed as it is costs a
small read.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bloomweaver.library.ports import CaughtUp, ListingTable
from bloomweaver.library.together import follow_all
from bloomweaver.models.record import Status
from bloomweaver.ports import Clock, DocumentRecords

LATE_SECONDS = 120.0
"""How late a change may show in the lists by status, and how far clocks may be apart."""
FIRST_PAGE, PAGE = 10, 100
"""Mostly nothing has changed, and the first record says so."""


class CatchingUp:
    """Brings the lists up to the records, a call at a time."""

    def __init__(
        self,
        table: ListingTable,
        records: DocumentRecords,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._records = records
        self._clock = clock
        self._monotonic = monotonic

    def run(self, seconds: float) -> int:
        """Go on for about so long. Returns how many records were not listed as they were. Raises
        `StorageUnavailable`."""
        deadline = self._monotonic() + seconds
        caught_up = self._table.caught_up()
        if caught_up.until is None:
            return self._look_through(caught_up, deadline)
        return self._look_at_newest(caught_up.until, deadline)

    def is_up_to(self, moment: str) -> bool:
        """Whether the lists have all that was changed before a moment. Raises `StorageUnavailable`."""
        until = self._table.caught_up().until
        return until is not None and until >= moment

    def _look_through(self, caught_up: CaughtUp, deadline: float) -> int:
        listed = 0
        began_at = caught_up.began_at or self._clock()
        cursor = caught_up.cursor
        while True:
            page = self._records.scan(PAGE, cursor)
            listed += follow_all(self._table, page.records)
            cursor = page.cursor
            if cursor is None:
                self._table.note_caught_up(CaughtUp(until=began_at))
                return listed
            self._table.note_caught_up(CaughtUp(began_at=began_at, cursor=cursor))
            if self._monotonic() >= deadline:
                return listed

    def _look_at_newest(self, until: str, deadline: float) -> int:
        listed = 0
        began_at = self._clock()
        late = (datetime.fromisoformat(until) - timedelta(seconds=LATE_SECONDS)).isoformat(timespec="microseconds")
        for status in Status:
            cursor, limit = None, FIRST_PAGE
            while True:
                page = self._records.page(status, limit, cursor)
                listed += follow_all(self._table, (record for record in page.records if record.updated_at >= late))
                cursor, limit = page.cursor, PAGE
                if cursor is None or page.records[-1].updated_at < late:
                    break
                if self._monotonic() >= deadline:
                    # Too much for a call. That of all records goes on where it stopped.
                    self._table.note_caught_up(CaughtUp(began_at=began_at))
                    return listed
        self._table.note_caught_up(CaughtUp(until=began_at))
        return listed
