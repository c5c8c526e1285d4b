"""One rebuild at a time: a lock that names the running one, and is taken over from one that has ended."""

import uuid
from datetime import datetime

from bloomweaver.errors import RebuildRunning, StorageUnavailable
from bloomweaver.models.lock import Lock
from bloomweaver.ports import Clock, Locks, RebuildRun, Rebuilds

LOCK = "rebuild"
STARTING_SECONDS = 60.0
"""For so long a lock whose execution is not there counts as one that is being started."""


def start(rebuilds: Rebuilds, locks: Locks, clock: Clock) -> RebuildRun:
    """Start a rebuild. Raises `RebuildRunning` if there is one, and `StorageUnavailable`."""
    id_ = str(uuid.uuid4())
    hold(rebuilds, locks, clock, id_)
    try:
        return rebuilds.start(id_)
    except StorageUnavailable:
        # If it did start after all, it takes the lock itself.
        locks.release(LOCK, id_)
        raise


def hold(rebuilds: Rebuilds, locks: Locks, clock: Clock, id_: str) -> None:
    """Have the rebuild `id_` hold the lock. Raises `RebuildRunning` if another one does that has not ended."""
    held = locks.get(LOCK)
    if held is not None and held.holder == id_:
        return
    now = clock()
    if held is not None and _is_live(rebuilds, held, now):
        raise RebuildRunning(f"the rebuild '{held.holder}' is running since {held.since}")
    taken = Lock(name=LOCK, holder=id_, since=now)
    if not locks.take(taken, expected=held.holder if held else None):
        raise RebuildRunning("another rebuild was started at the same moment")


def _is_live(rebuilds: Rebuilds, held: Lock, now: str) -> bool:
    run = rebuilds.find(held.holder)
    if run is not None:
        return run.status == "running"
    age = datetime.fromisoformat(now) - datetime.fromisoformat(held.since)
    return age.total_seconds() < STARTING_SECONDS
