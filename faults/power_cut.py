"""The death of a whole machine: every process of a stack is killed at once."""

from collections.abc import Sequence

import psutil

from local import function_lock
from local.config import StackConfig
from local.holders import holders
from local.processes import kill


def power_cut(config: StackConfig, also: Sequence[psutil.Process] = ()) -> int:
    """Kill what the stack runs, and the processes `also`. Returns how many processes that were, once none is left.

    Raises `StackError` if one does not end.
    """
    marks = (config.running, config.directory / function_lock.NAME)
    found = {process for mark in marks for process in holders(mark)} | set(also)
    # One that is only about to end would count as running: a start right after it would leave "the stack" as it is.
    kill(list(found))
    return len(found)
