"""Which rebuild fills an index: the one that its card names, for as long as its execution runs or is being started.

A rebuild takes its name off the card when it ends. One that was stopped, timed out or failed leaves it there, and from
then on the name means nothing.
"""

import uuid
from datetime import UTC, datetime

from bloomweaver.models.index_card import IndexCard
from bloomweaver.ports import Run, Runs

STARTING_SECONDS = 60.0
"""For so long a rebuild that the card names and Step Functions does not know counts as one that is being started."""
LATE_SECONDS = 600.0
"""Twice as long as a function may run: so long after the end of an execution nothing of it is alive."""
_STAMP = "%Y%m%dT%H%M%SZ"


def new_rebuild(now: str) -> str:
    """The name of a rebuild that is started now: it begins with the time."""
    started = datetime.fromisoformat(now).astimezone(UTC).strftime(_STAMP)
    return f"{started}-{uuid.uuid4().hex[:12]}"


def is_running(rebuild: str, run: Run | None, now: str) -> bool:
    """Whether the rebuild of that name goes on, or is being started. `run` is what is known of its execution."""
    if run is not None:
        return run.status == "running"
    try:
        started = datetime.strptime(rebuild.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False  # somebody gave an execution a name of his own, and it is long forgotten
    return _seconds(started, now) < STARTING_SECONDS


def is_filled(card: IndexCard, rebuilds: Runs, now: str) -> bool:
    """Whether a rebuild may be copying vectors to the index, or serving documents from it: also a function that its
    execution left behind. Raises `StorageUnavailable`."""
    if card.rebuild is None:
        return False
    run = rebuilds.find(card.rebuild)
    if run is not None and run.stopped_at is not None:
        return _seconds(datetime.fromisoformat(run.stopped_at), now) < LATE_SECONDS
    return is_running(card.rebuild, run, now)


def _seconds(moment: datetime, now: str) -> float:
    return (datetime.fromisoformat(now) - moment).total_seconds()
