"""One `up` or `down` of a stack at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from local.config import StackConfig
from local.errors import StackError


@contextmanager
def one_command(config: StackConfig) -> Iterator[None]:
    """Keep others out within. The kernel lets go if this process dies. Raises `StackError` if somebody is at it."""
    config.directory.mkdir(parents=True, exist_ok=True)
    with (config.directory / "command.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(f"another command starts or stops the stack in {config.directory} just now") from error
        yield
