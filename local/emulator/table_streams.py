"""Streams of tables: read beside the queues, kept no longer than somebody has to read them, and new after each start.

MiniStack reads streams in the thread that reads queues, and waits there for the function. It keeps what was read for a
day, as AWS does, in memory. And it stores how far streams were read, but not the streams: after a start nothing more
would be read of one until it is as long as it was. What a stream had when the emulator died is lost; the sweep makes up
for it. It relies on functions of exactly the version in the requirements.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

GATHERED_SECONDS = 0.25
"""For so long changes gather that are handed over together: a document changes a few times in a second."""
GATHERED_WHILE_BUSY_SECONDS = 2.0
"""The same as long as more come, which are of documents that load: then most of a document's changes come together."""


def install() -> None:
    """Have MiniStack read streams in a thread of their own, by `lambda_svc._poll_table_streams`."""
    from ministack.services import dynamodb, lambda_svc

    lambda_svc._poll_table_streams = lambda_svc._poll_dynamodb_streams
    lambda_svc._poll_dynamodb_streams = lambda: False
    lambda_svc._restore_esm_positions = _without_table_streams(lambda_svc._restore_esm_positions)
    changed = threading.Event()
    dynamodb._emit_stream_event = _telling(dynamodb._emit_stream_event, changed)
    threading.Thread(target=_read, args=[changed], name="table-streams", daemon=True).start()


def drop_what_was_read() -> None:
    """Forget the changes that everybody has read who reads their stream. One that nobody reads keeps them."""
    from ministack.services import dynamodb, lambda_svc

    read: dict[tuple[str, str, str], int] = {}
    for account, region, mapping in lambda_svc._iter_all_esms():
        spec = lambda_svc.parse_arn(mapping.get("EventSourceArn", ""))
        table = lambda_svc._dynamodb_stream_table_from_arn_spec(spec) if spec.service == "dynamodb" else None
        if table is not None:
            place = (account, region, table[0])
            position = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"], 0)
            read[place] = min(position, read.get(place, position))
    for (account, region, table), position in read.items():
        trimmed = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
        records = dynamodb._stream_records.get_scoped(account, region, table) or []
        if (count := min(position - trimmed, len(records))) > 0:
            del records[:count]
            dynamodb._stream_trimmed.set_scoped(account, region, table, trimmed + count)


def _read(changed: threading.Event) -> NoReturn:
    from ministack.services import lambda_svc

    while True:
        # Now and then without a change, too: a function that failed is called again.
        changed.wait(1.0)
        changed.clear()
        time.sleep(GATHERED_SECONDS)
        while lambda_svc._poll_table_streams():
            drop_what_was_read()
            # One call for each change, while many come, would take longer than they do.
            time.sleep(GATHERED_WHILE_BUSY_SECONDS)


def _telling(emit: Callable[..., Any], changed: threading.Event) -> Callable[..., Any]:
    def emit_and_tell(*arguments: Any, **named: Any) -> Any:
        emitted = emit(*arguments, **named)
        changed.set()
        return emitted

    return emit_and_tell


def _without_table_streams(restore: Callable[..., Any]) -> Callable[..., Any]:
    def restore_others(positions: Any, stored: Any) -> Any:
        from ministack.services import lambda_svc

        return None if positions is lambda_svc._dynamodb_stream_positions else restore(positions, stored)

    return restore_others
