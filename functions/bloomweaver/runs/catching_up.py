"""Looks up runs of which nobody said that they ended: Step Functions promises to publish no change of status."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bloomweaver.models.run import RunEntry, RunStatus
from bloomweaver.ports import Clock
from bloomweaver.runs.ports import Place, RunHistories, RunList, RunTable

FORGOTTEN = "ForgottenByStepFunctions"
"""The error type of a run that is over, and of which nobody can say any more how it ended."""
PAGE = 50


def catch_up(
    table: RunTable,
    histories: RunHistories,
    clock: Clock,
    *,
    after_minutes: float,
    looks_max: int,
    seconds: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Look up runs that are listed as running and began so long ago, the oldest first, and keep what is true of them.

    At most `looks_max`, and for about `seconds`. Returns how many had ended. Raises `StorageUnavailable`.
    """
    deadline = monotonic() + seconds
    before = (datetime.fromisoformat(clock()) - timedelta(minutes=after_minutes)).isoformat(timespec="microseconds")
    running = RunList(status=RunStatus.RUNNING)
    ended, looks = 0, 0
    after: Place | None = None
    while True:
        page = table.page(running, since=None, until=before, limit=PAGE, after=after, oldest_first=True)
        for entry in page.runs:
            if looks >= looks_max or monotonic() >= deadline:
                return ended
            looks += 1
            ended += _look_up(table, histories, clock, entry)
        after = page.after
        if after is None:
            return ended


def _look_up(table: RunTable, histories: RunHistories, clock: Clock, entry: RunEntry) -> bool:
    described = histories.describe(entry.state_machine, entry.name)
    if described is None:
        over = {"status": RunStatus.ABORTED, "ended_at": clock(), "error_type": FORGOTTEN}
        return table.put(entry.model_copy(update=over))
    return described.entry.status is not RunStatus.RUNNING and table.put(described.entry)
