"""Whether functions of a stack that died still run: each has a lock that the kernel lets go of when it ends.

A function's process shares the lock for as long as it lives, and takes it before it runs anything. Who has it alone
knows that no function runs: neither one of before, nor a new one yet.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from local.errors import StackError
from local.holders import holders

NAME = "functions.lock"
END_SECONDS = 20.0
_POLL_SECONDS = 0.05


def share(directory: Path) -> None:
    """Take part in the lock until this process ends. Waits while somebody has it alone."""
    # Never closed by us: it is the process's end that lets go.
    descriptor = os.open(directory / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)


@contextmanager
def all_ended(directory: Path) -> Iterator[int]:
    """Kill every process that shares the lock, and keep new ones from running within. Gives how many were killed.

    Raises `StackError` if one does not end.
    """
    path = directory / NAME
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        killed: set[int] = set()
        deadline = time.monotonic() + END_SECONDS
        while not _taken(descriptor):
            for process in holders(path):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
                    killed.add(process.pid)
            if time.monotonic() > deadline:
                raise StackError(f"processes of functions do not end; `fuser -v {path}` shows them")
            time.sleep(_POLL_SECONDS)
        yield len(killed)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
