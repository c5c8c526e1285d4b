"""The death of a whole machine: every process of a stack is killed at once."""

from collections.abc import Sequence
from contextlib import suppress

import psutil

from local import function_lock
from local.config import StackConfig
from local.holders import holders


def power_cut(config: StackConfig, also: Sequence[psutil.Process] = ()) -> int:
    """Kill what the stack runs, and the processes `also`. Returns how many processes that were."""
    marks = (config.running, config.directory / function_lock.NAME)
    found = {process for mark in marks for process in holders(mark)} | set(also)
    for process in found:
        with suppress(psutil.NoSuchProcess):  # it ends by itself at any moment
            process.kill()
    return len(found)
