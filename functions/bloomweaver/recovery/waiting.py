"""Which messages may still lie in their queue, and which are known to be lost.

A queue hands out the oldest first, or about so. Once everything that was sent to it before some time has been received
and deleted, a message that was sent before then and started no execution is lost: it was never sent, or its queue gave
up on it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bloomweaver.models.record import Operation
from bloomweaver.ports import QueueProgress


class WaitingMessages:
    """What one sweep knows of the queues: each is asked once at most, and only if somebody wants to know."""

    def __init__(self, progress: QueueProgress, margin_seconds: float) -> None:
        """`margin_seconds` is how long after its record's change a message may be sent, at most."""
        self._progress = progress
        self._margin = timedelta(seconds=margin_seconds)
        self._lost_before: dict[Operation, str] = {}

    def may_hold(self, operation: Operation, changed_at: str) -> bool:
        """Whether the operation's queue may still hold the message of a record that was changed then.

        Raises `StorageUnavailable`.
        """
        # CLEAN goes through the queue of DELETE.
        queue = Operation.DELETE if operation is Operation.CLEAN else operation
        if queue not in self._lost_before:
            self._lost_before[queue] = self._ask(queue)
        return changed_at >= self._lost_before[queue]

    def may_hold_all(self, operations: Iterable[Operation], changed_at: str) -> bool:
        """Whether that holds of every one of these queues, and so of every record that was changed later."""
        return all(self.may_hold(operation, changed_at) for operation in operations)

    def _ask(self, queue: Operation) -> str:
        until = self._progress.handed_out_until(queue)
        if until is None:
            return ""  # before every time: nothing is known to be lost
        return (datetime.fromisoformat(until) - self._margin).isoformat(timespec="microseconds")
