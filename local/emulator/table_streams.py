"""Streams of tables: each reader beside the others and the queues, nothing kept for longer than somebody has to read
it, and all new after each start.

MiniStack reads all streams in the thread that reads queues, one reader after the other, and waits there for the
function. It keeps what was read for a day, as AWS does, in memory. And it stores how far streams were read, but not the
streams: after a start nothing more would be read of one until it is as long as it was. What a stream had when the
emulator died is lost; the sweep makes up for it in the lists, and pings in what is watched. It relies on functions of
exactly the version in the requirements.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

GATHERED_SECONDS = 0.25
"""For so long changes gather that are handed over together: a document changes a few times in a second."""
LOOK_SECONDS = 1.0
"""How often readers are looked for that have no thread yet, and called again whose function failed."""

Mapping = tuple[str, str, dict[str, Any]]
"""Account, region and the event source mapping."""
Mappings = Callable[[], Iterator[Mapping]]

_thread = threading.local()
"""`mapping`: the id of the one event source mapping that a thread reads for."""
_positions = threading.Lock()
"""Held while the beginning of a stream moves, and while it is read where that is."""


def install() -> None:
    """Have MiniStack read each stream's mappings in threads of their own, by `lambda_svc._poll_table_streams`."""
    from ministack.services import dynamodb, lambda_svc

    lambda_svc._poll_table_streams = lambda_svc._poll_dynamodb_streams
    lambda_svc._poll_dynamodb_streams = lambda: False
    lambda_svc._restore_esm_positions = _without_table_streams(lambda_svc._restore_esm_positions)
    for name in ("stream_records_since", "stream_start_position", "stream_end_position"):
        setattr(dynamodb, name, _with_positions_held(getattr(dynamodb, name)))
    readers = Readers(lambda_svc._iter_all_esms)
    lambda_svc._iter_all_esms = _those_of_this_thread(lambda_svc._iter_all_esms)
    dynamodb._emit_stream_event = _telling(dynamodb._emit_stream_event, readers.changed)
    threading.Thread(target=readers.run, name="table-streams", daemon=True).start()


class Readers:
    """A thread for each event source mapping of a table's stream."""

    def __init__(self, mappings: Mappings) -> None:
        self._mappings = mappings
        self._changed: dict[str, threading.Event] = {}

    def changed(self) -> None:
        """Say that there is something to read."""
        for event in list(self._changed.values()):
            event.set()

    def run(self) -> None:
        """Give each mapping its thread, for ever."""
        while True:
            for mapping in self._of_tables():
                if mapping not in self._changed:
                    self._changed[mapping] = threading.Event()
                    threading.Thread(target=self._read, args=[mapping], name="table-stream", daemon=True).start()
            time.sleep(LOOK_SECONDS)

    def _read(self, mapping: str) -> None:
        from ministack.services import lambda_svc

        _thread.mapping = mapping
        changed = self._changed[mapping]
        while mapping in self._of_tables():
            # Now and then without a change, too: a function that failed is called again.
            changed.wait(LOOK_SECONDS)
            changed.clear()
            time.sleep(GATHERED_SECONDS)
            while lambda_svc._poll_table_streams():
                drop_what_was_read(self._mappings)
                # One call for each change, while many come, would take longer than they do; after a second most changes
                # of a document that loads come together.
                time.sleep(max(GATHERED_SECONDS, self._window(mapping)))
        del self._changed[mapping]

    def _window(self, mapping: str) -> float:
        windows = (
            each.get("MaximumBatchingWindowInSeconds", 0) for *_, each in self._mappings() if each["UUID"] == mapping
        )
        return float(next(windows, 0))

    def _of_tables(self) -> set[str]:
        return {mapping["UUID"] for _, _, mapping in self._mappings() if _table_of(mapping) is not None}


def drop_what_was_read(mappings: Mappings) -> None:
    """Forget the changes that everybody has read who reads their stream. One that nobody reads keeps them."""
    from ministack.services import dynamodb, lambda_svc

    read: dict[tuple[str, str, str], int] = {}
    for account, region, mapping in mappings():
        table = _table_of(mapping)
        if table is not None:
            place = (account, region, table)
            position = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"], 0)
            read[place] = min(position, read.get(place, position))
    with _positions:
        for (account, region, table), position in read.items():
            trimmed = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
            records = dynamodb._stream_records.get_scoped(account, region, table) or []
            if (count := min(position - trimmed, len(records))) > 0:
                del records[:count]
                dynamodb._stream_trimmed.set_scoped(account, region, table, trimmed + count)


def _table_of(mapping: dict[str, Any]) -> str | None:
    from ministack.services import lambda_svc

    spec = lambda_svc.parse_arn(mapping.get("EventSourceArn", ""))
    found = lambda_svc._dynamodb_stream_table_from_arn_spec(spec) if spec.service == "dynamodb" else None
    return str(found[0]) if found is not None else None


def _those_of_this_thread(mappings: Mappings) -> Mappings:
    def of_this_thread() -> Iterator[Mapping]:
        only = getattr(_thread, "mapping", None)
        return (each for each in mappings() if only in (None, each[2]["UUID"]))

    return of_this_thread


def _with_positions_held(read: Callable[..., Any]) -> Callable[..., Any]:
    def read_alone(*arguments: Any, **named: Any) -> Any:
        with _positions:
            return read(*arguments, **named)

    return read_alone


def _telling(emit: Callable[..., Any], changed: Callable[[], None]) -> Callable[..., Any]:
    def emit_and_tell(*arguments: Any, **named: Any) -> Any:
        emitted = emit(*arguments, **named)
        changed()
        return emitted

    return emit_and_tell


def _without_table_streams(restore: Callable[..., Any]) -> Callable[..., Any]:
    def restore_others(positions: Any, stored: Any) -> Any:
        from ministack.services import lambda_svc

        return None if positions is lambda_svc._dynamodb_stream_positions else restore(positions, stored)

    return restore_others
