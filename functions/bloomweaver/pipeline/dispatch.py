"""Dispatch: starts the execution of each message, and holds its place until they have ended or a while has passed.

The queue hands out only so many batches at a time, so holding one keeps a burst of documents from running all at once:
functions, embedding service and vector index see a steady stream, and the rest waits in the queue.
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


def hold(records: DocumentRecords, messages: Iterable[OperationMessage], seconds: float) -> None:
    """Return when none of the messages' operations is under way any more, or after `seconds`."""
    deadline = time.monotonic() + seconds
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


def _is_running(record: DocumentRecord, version: int) -> bool:
    return record.version == version and record.status in _RUNNING
