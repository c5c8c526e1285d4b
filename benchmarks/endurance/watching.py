"""What is looked at while the machine works: its memory, how many operations it ends, how quickly search answers."""

import sqlite3
import threading
import time
from dataclasses import dataclass, field

from cli.client import Api, ApiError
from local.emulator.state_file import NAME
from local.processes import memory_mib
from local.stack import StackDescriptor

LOOK_SECONDS = 10.0
SEARCH_SECONDS = 2.0
"""Between two searches."""
QUERIES = ("where do ferries meet the glacier", "amber lanterns in the harbour", "a fox and a falcon", "copper comets")


@dataclass
class Watched:
    """Each at its time, in seconds since the begin."""

    memory_mib: list[tuple[float, float]] = field(default_factory=list)
    indexed: list[tuple[float, int]] = field(default_factory=list)
    """Versions that had been indexed by then: neither deletes nor versions that were overtaken, which cost less."""
    search_seconds: list[tuple[float, float]] = field(default_factory=list)
    failed_searches: int = 0


class Watch:
    """Looks until it is told to stop."""

    def __init__(self, descriptor: StackDescriptor, api: Api) -> None:
        self._descriptor = descriptor
        self._api = api
        self._stopped = threading.Event()
        self._began = time.monotonic()
        self._threads = [threading.Thread(target=target) for target in (self._look, self._search)]
        self.watched = Watched()

    def __enter__(self) -> "Watch":
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def now(self) -> float:
        """Seconds since the begin."""
        return time.monotonic() - self._began

    def rate(self, begin: float, end: float) -> float:
        """Documents a second that were indexed between the two times."""
        within = [(at, count) for at, count in self.watched.indexed if begin <= at <= end]
        (first, before), (last, after) = within[0], within[-1]
        return (after - before) / (last - first)

    def _look(self) -> None:
        state = f"{(self._descriptor.data_dir / 'aws' / NAME).absolute().as_uri()}?mode=ro"
        while not self._stopped.is_set():
            with sqlite3.connect(state, uri=True) as connection:
                query = """SELECT count(*) FROM executions
                    WHERE status = 'SUCCEEDED' AND json_extract(record, '$.output') LIKE '%"indexed"%'"""
                self.watched.indexed.append((self.now(), connection.execute(query).fetchone()[0]))
            connection.close()
            self.watched.memory_mib.append((self.now(), memory_mib(self._descriptor.processes)))
            self._stopped.wait(LOOK_SECONDS)

    def _search(self) -> None:
        place = 0
        while not self._stopped.wait(SEARCH_SECONDS):
            began = time.monotonic()
            try:
                self._api.search(QUERIES[place % len(QUERIES)])
            except ApiError:
                self.watched.failed_searches += 1
            else:
                self.watched.search_seconds.append((self.now(), time.monotonic() - began))
            place += 1
