"""How many processes of a function are at work at a time: no more than the machine has cores for.

AWS gives each invocation that comes at the same time a machine of its own. Here they share one, and twenty processes of
a function do no more in a second than two, in ten times the memory. So an invocation waits for a process to be free,
but for those that somebody waits for, and those that wait for others themselves. A wait ends: where all are held up, by
a service that does not answer, there is another process. It relies on functions of exactly the version in the
requirements.
"""

import os
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

Json = dict[str, Any]
AT_A_TIME = max(2, os.cpu_count() or 1)
WAIT_SECONDS = 5.0
WAITING = frozenset({"dispatch"})
"""Packages of functions that do little but wait until an execution has ended."""


def install(answering: Collection[str]) -> None:
    """Have MiniStack invoke functions in turns, but for those of the packages `answering`, which somebody waits for."""
    from ministack.services import lambda_svc

    acquire: Callable[..., tuple[Any, str]] = lambda_svc.acquire_worker
    release: Callable[[Any], None] = lambda_svc.release_worker
    released = threading.Condition()
    free = WAITING.union(answering)

    def acquire_in_turn(name: str, config: Json, code: bytes, **more: Any) -> tuple[Any, str]:
        if config.get("Handler", "").partition(".")[0] in free:
            return acquire(name, config, code, **more)
        deadline = time.monotonic() + WAIT_SECONDS
        with released:
            while (found := acquire(name, config, code, **more, max_concurrency=AT_A_TIME))[0] is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return acquire(name, config, code, **more)
                released.wait(left)
        return found

    def release_to_others(worker: Any) -> None:
        release(worker)
        with released:
            released.notify_all()

    lambda_svc.acquire_worker = acquire_in_turn
    lambda_svc.release_worker = release_to_others
