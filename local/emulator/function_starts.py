"""How many function processes start at a time: no more than the machine has cores for.

A process that has not started within ten seconds is ended, and started anew. Where hundreds start at a time, as after a
restart with much to do, none does within that, and each new try takes the others' time: the stack never comes to rest.
So they start in turns, and the time of one that waits for its turn has not begun. It relies on functions of exactly the
version in the requirements.
"""

import os
import threading
from collections.abc import Callable
from typing import Any

AT_A_TIME = 2 * (os.cpu_count() or 1)


def install() -> None:
    """Have MiniStack start functions in turns."""
    from ministack.core.lambda_runtime import ProvidedWorker

    spawn: Callable[..., None] = ProvidedWorker._spawn
    turns = threading.BoundedSemaphore(AT_A_TIME)

    def spawn_in_turn(worker: Any, init_timeout: float | None = None) -> None:
        with turns:
            spawn(worker, init_timeout)

    ProvidedWorker._spawn = spawn_in_turn
