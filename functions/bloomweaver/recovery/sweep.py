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
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import Clock, DocumentRecords, Execution, Executions, OperationQueue, QueueProgress, RecordPage
from bloomweaver.recovery import rules
from bloomweaver.recovery.waiting import WaitingMessages

UNDER_WAY: dict[Status, tuple[Operation, ...]] = {
    Status.PROCESSING: (),
    Status.DELETING: (Operation.DELETE,),
    Status.QUEUED: (Operation.CREATE, Operation.UPDATE),
}
"""What is looked at, and the operations that may wait in their queues in that status."""


class Found(StrEnum):
    """What the sweep made of a record."""

    RUNNING = "running"
    """An execution works on it, or ended so lately that a function of it may still be writing."""
    WAITING = "waiting"
    """Its execution was not started, and its message may still lie in its queue: it is left to wait. They cost nothing
    but the reading, and those behind which everything waits are not read, so not all of them are counted."""
    RESENT = "resent"
    """Its execution was never started, and its queue has moved past its message: it was lost, and sent again."""
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
        progress: QueueProgress,
        executions: Executions,
        clock: Clock,
        limits: SweepLimits,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records = records
        self._queue = queue
        self._progress = progress
        self._executions = executions
        self._clock = clock
        self._limits = limits
        self._monotonic = monotonic

    def run(self, seconds: float) -> dict[Found, int]:
        """Sweep for about `seconds` at most. Returns how many records were what. Raises `StorageUnavailable`."""
        deadline = self._monotonic() + seconds
        before = self._ago()
        messages = WaitingMessages(self._progress, self._limits.after_seconds)
        counts: Counter[Found] = Counter(dict.fromkeys(Found, 0))
        for status, operations in UNDER_WAY.items():
            oldest = partial(self._records.oldest, status, before)
            everything_waits = partial(messages.may_hold_all, operations)
            self._each(oldest, partial(self._take_up, messages), counts, deadline, everything_waits)
        self._each(partial(self._records.leftovers, before), partial(self._clean, messages), counts, deadline)
        return dict(counts)

    def _each(
        self,
        listing: Callable[[int, str | None], RecordPage],
        examine: Callable[[DocumentRecord], Found],
        counts: Counter[Found],
        deadline: float,
        everything_waits: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Examine what is listed. `everything_waits`: whether the message of every record changed since may wait."""
        left = self._limits.each_max
        cursor: str | None = None
        while True:
            page = listing(self._limits.each_max, cursor)
            for record in page.records:
                if not left or self._monotonic() >= deadline:
                    return
                found = examine(record)
                counts[found] += 1
                if found is Found.WAITING and everything_waits(record.updated_at):
                    return
                # Those stay at the front of the list, and cost nothing but the reading.
                left -= found not in (Found.LEFT_OVER, Found.WAITING)
            cursor = page.cursor
            if cursor is None:
                return

    def _take_up(self, messages: WaitingMessages, record: DocumentRecord) -> Found:
        message = OperationMessage.of(record)
        # Before the execution is looked for: a message that is handed out in between has started it by then.
        if record.execution_arn is None and messages.may_hold(message.operation, record.updated_at):
            return Found.WAITING
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

    def _clean(self, messages: WaitingMessages, record: DocumentRecord) -> Found:
        if record.counted_attempts >= 2 * self._limits.attempts_max:
            return Found.LEFT_OVER
        asked_for = record.execution_arn is None and record.attempt > 0
        # The message for an execution that was to remove it may wait.
        if asked_for and messages.may_hold(Operation.CLEAN, record.updated_at):
            return Found.WAITING
        over = [version for version, arn in record.writers.items() if not self._is_alive(self._executions.look_up(arn))]
        # One that was started a moment ago, or found no place for its first function, is not on the record.
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
        if not self._records.put(changed.model_copy(update={"revision": seen.revision + 1}), seen):
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
