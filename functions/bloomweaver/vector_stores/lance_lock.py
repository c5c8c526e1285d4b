"""Who may touch the files of a LanceDB table: many writers at a time, or one process that compacts, and nobody else.

LanceDB needs no lock to be correct. But a compaction that runs beside deletes loses its commit to them, and in a large
table that is written all the time it would lose every time. The lock works between processes and between threads, and
the kernel gives it back when a process dies.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bloomweaver.errors import VectorIndexUnavailable

_POLL_SECONDS = 0.002


class TableLock:
    """A shared and exclusive lock of the processes on one machine, in two files beside the table.

    Everyone passes the gate first, and who waits for the exclusive lock keeps it closed: so a stream of writers cannot
    keep the compaction out. Waiting longer than `timeout_seconds` raises `VectorIndexUnavailable`.
    """

    def __init__(self, path: Path, timeout_seconds: float) -> None:
        self._path = path
        self._gate = path.with_name(path.name + ".gate")
        self._timeout = timeout_seconds

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Held by a process while it writes."""
        with self._held(self._gate, fcntl.LOCK_SH):
            descriptor = self._acquire(self._path, fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Held by the process that compacts."""
        with self._held(self._gate, fcntl.LOCK_EX), self._held(self._path, fcntl.LOCK_EX):
            yield

    def note(self) -> int:
        """The number that `write_note` left, 0 if there is none."""
        try:
            return int(self._path.read_text() or 0)
        except FileNotFoundError:
            return 0

    def write_note(self, number: int) -> None:
        """Leave a number for the other processes. Only to be called with the exclusive lock."""
        descriptor = os.open(self._path, os.O_WRONLY)
        try:
            # One write of one length: who reads meanwhile finds the old number or the new one.
            os.pwrite(descriptor, f"{number:020d}".encode(), 0)
        finally:
            os.close(descriptor)

    @contextmanager
    def _held(self, path: Path, mode: int) -> Iterator[None]:
        descriptor = self._acquire(path, mode)
        try:
            yield
        finally:
            os.close(descriptor)

    def _acquire(self, path: Path, mode: int) -> int:
        deadline = time.monotonic() + self._timeout
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            while not _try_lock(descriptor, mode):
                if time.monotonic() > deadline:
                    raise VectorIndexUnavailable(f"LanceDB: another process held {path} for {self._timeout} s")
                time.sleep(_POLL_SECONDS)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor


def _try_lock(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
