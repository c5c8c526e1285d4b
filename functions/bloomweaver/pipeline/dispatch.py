"""Dispatch: starts the execution of each message, and holds its place until they have ended or a while has passed.

The queue hands out only so many batches at a time, so holding one keeps a burst of documents from running all at once:
functions, embedding service and vector index see a steady stream, and the rest waits in the queue.

A place that is held is one that Lambda cannot give to the run that it waits for. So where the runs do not come to their
first function, the place is let go.
"""

import time
from collections.abc import Iterable

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Status
from bloomweaver.ports import DocumentRecords

FIRST_POLL_SECONDS = 0.6
"""Hardly a run is shorter."""
POLL_SECONDS = 0.25
POLL_SECONDS_MAX = 1.0
POLL_GROWTH = 1.2

_RUNNING = {Status.QUEUED, Status.PROCESSING, Status.DELETING}


def hold(records: DocumentRecords, messages: Iterable[OperationMessage], seconds: float, let_go_seconds: float) -> bool:
    """Return when none of the messages' operations is under way any more, or after `seconds`.

    Returns `False`, and sooner, where one of them is still not taken in hand after `let_go_seconds`: there is no place
    for its function. Raises `StorageUnavailable`.
    """
    started = time.monotonic()
    deadline = started + seconds
    waiting = {message.doc_hash: message.version for message in messages}
    pause, next_pause = FIRST_POLL_SECONDS, POLL_SECONDS
    while waiting and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause, next_pause = next_pause, min(next_pause * POLL_GROWTH, POLL_SECONDS_MAX)
        found = records.get_many(waiting)
        waiting = {
            doc_hash: version
            for doc_hash, version in waiting.items()
            if doc_hash in found and _is_running(found[doc_hash], version)
        }
        if time.monotonic() - started >= let_go_seconds and any(found[each].execution_arn is None for each in waiting):
            return False
    return True


def _is_running(record: DocumentRecord, version: int) -> bool:
    return record.version == version and record.status in _RUNNING
