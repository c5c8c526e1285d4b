"""Sweep: finds operations that no execution works on any more, and what dead runs left over, and starts both anew.

The record is the outbox: whatever crashed between the webhook's record, its message and the end of the execution, the
record still says what was accepted. The oldest are looked at first, a bounded number of each kind.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Status
from bloomweaver.ports import Clock, DocumentRecords, Execution, Executions, OperationQueue, RecordPage
from bloomweaver.recovery import rules

UNDER_WAY = (Status.PROCESSING, Status.DELETING, Status.QUEUED)


class Found(StrEnum):
    """What the sweep made of a record."""

    RUNNING = "running"
    """An execution works on it, or ended so lately that a function of it may still be writing."""
    RESENT = "resent"
    """Its execution was never started: the message was sent again."""
    BEGUN_ANEW = "begun_anew"
    """Its execution is over: the same version gets another."""
    GIVEN_UP = "given_up"
    """So were all that it may have: it is `failed` now."""
    CLEANING = "cleaning"
    """Something that will never be served was left over: an execution removes it."""
    LEFT_OVER = "left_over"
    """The same, and as many executions as it may have did not remove it. Somebody has to look."""
    CHANGED = "changed"
    """Somebody else changed the record meanwhile, so it does not hang."""


@dataclass(frozen=True)
class SweepLimits:
    """How long a record is left alone, how often it is tried, and how much one sweep does."""

    after_seconds: float
    """Longer than a function may run: so long after an execution's end, nothing of it is alive."""
    attempts_max: int
    """Executions of a version after its first, and as many again to remove what it left. What ended as Lambda had no
    place for it, or the fleet no instance, does not count."""
    each_max: int
    """Records of each kind that one sweep looks at."""


class Sweep:
    """Looks once through what is under way and what is left over."""

    def __init__(
        self,
        records: DocumentRecords,
        queue: OperationQueue,
        executions: Executions,
        clock: Clock,
        limits: SweepLimits,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records = records
        self._queue = queue
        self._executions = executions
        self._clock = clock
        self._limits = limits
        self._monotonic = monotonic

    def run(self, seconds: float) -> dict[Found, int]:
        """Sweep for about `seconds` at most. Returns how many records were what. Raises `StorageUnavailable`."""
        deadline = self._monotonic() + seconds
        before = self._ago()
        counts: Counter[Found] = Counter(dict.fromkeys(Found, 0))
        for status in UNDER_WAY:
            self._each(partial(self._records.oldest, status, before), self._take_up, counts, deadline)
        self._each(partial(self._records.leftovers, before), self._clean, counts, deadline)
        return dict(counts)

    def _each(
        self,
        listing: Callable[[int, str | None], RecordPage],
        examine: Callable[[DocumentRecord], Found],
        counts: Counter[Found],
        deadline: float,
    ) -> None:
        left = self._limits.each_max
        cursor: str | None = None
        while True:
            page = listing(self._limits.each_max, cursor)
            for record in page.records:
                if not left or self._monotonic() >= deadline:
                    return
                found = examine(record)
                counts[found] += 1
                # Those stay at the front of the list, and cost nothing but the reading.
                left -= found is not Found.LEFT_OVER
            cursor = page.cursor
            if cursor is None:
                return

    def _take_up(self, record: DocumentRecord) -> Found:
        message = OperationMessage.of(record)
        arn = record.execution_arn or self._executions.arn_of(message)
        execution = self._executions.look_up(arn)
        if execution is None and record.execution_arn is None:
            return self._store(record, rules.seen(record, self._clock()), Found.RESENT, message)
        if self._is_alive(execution):
            return Found.RUNNING
        counted = _says_something(execution)
        if counted and record.counted_attempts >= self._limits.attempts_max:
            ended = f"the last of {record.attempt + 1} executions {_how(execution)}"
            return self._store(record, rules.given_up(record, ended, self._clock()), Found.GIVEN_UP)
        anew = rules.begun_anew(record, self._clock(), counted=counted)
        return self._store(record, anew, Found.BEGUN_ANEW, OperationMessage.of(anew))

    def _clean(self, record: DocumentRecord) -> Found:
        if record.counted_attempts >= 2 * self._limits.attempts_max:
            return Found.LEFT_OVER
        over = [version for version, arn in record.writers.items() if not self._is_alive(self._executions.look_up(arn))]
        # One that found no place for its first function is not on the record.
        unclaimed = self._executions.arn_of(OperationMessage.cleaning(record))
        execution = self._executions.look_up(record.execution_arn or unclaimed)
        if self._is_alive(execution):
            return Found.RUNNING
        counted = _says_something(execution)
        cleaning = rules.cleaning(rules.without_writers(record, over), self._clock(), counted=counted)
        if not (cleaning.indexed_but_deleted or cleaning.stale_before(cleaning.never_served_below, 1)):
            return Found.RUNNING
        return self._store(record, cleaning, Found.CLEANING, OperationMessage.cleaning(cleaning))

    def _store(
        self, seen: DocumentRecord, changed: DocumentRecord, found: Found, message: OperationMessage | None = None
    ) -> Found:
        if not self._records.put(changed.model_copy(update={"revision": seen.revision + 1}), seen.revision):
            return Found.CHANGED
        # After the record: if this does not come through, the next sweep finds the same again.
        if message is not None:
            self._queue.send(message)
        return found

    def _is_alive(self, execution: Execution | None) -> bool:
        if execution is None:
            return False
        return execution.stopped_at is None or execution.stopped_at > self._ago()

    def _ago(self) -> str:
        now = datetime.fromisoformat(self._clock())
        return (now - timedelta(seconds=self._limits.after_seconds)).isoformat(timespec="microseconds")


def _says_something(execution: Execution | None) -> bool:
    """Whether its end says something of the document, or only that Lambda had no place, or the fleet no instance."""
    return execution is None or execution.error not in rules.UNCOUNTED


def _how(execution: Execution | None) -> str:
    if execution is None:
        return "is not known any more"
    return f"ended as {execution.status}" + (f": {execution.cause}" if execution.cause else "")
