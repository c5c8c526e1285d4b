"""The processes that hold a file open, asked of the kernel: what a process that died wrote down may be incomplete."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil


def holders(path: Path) -> Iterator[psutil.Process]:
    """Every process of this user that holds the file open, but this one."""
    wanted = str(path.resolve())  # as the kernel names it
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # another user's, or one that ended meanwhile
            if process.pid != os.getpid() and any(opened.path == wanted for opened in process.open_files()):
                yield process
