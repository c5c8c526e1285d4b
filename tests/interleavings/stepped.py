"""Something that works on stores and stops before each call of one, until it is told to go on, or dies there."""

from collections.abc import Callable
from contextlib import suppress
from threading import Semaphore, Thread
from typing import Any


class Before:
    """A store on which something happens before every call."""

    def __init__(self, store: Any, happens: Callable[[], None]) -> None:
        self._store = store
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def called(*arguments: Any, **named: Any) -> Any:
            self._happens()
            return method(*arguments, **named)

        return called


class Died(BaseException):
    """What has a process end where it is, whatever it catches."""


class Stepped:
    """`work` in a thread of its own, which has the turn only while a step is made. It is given what it has to call
    before it calls a store."""

    def __init__(self, work: Callable[[Callable[[], None]], object]) -> None:
        self._turn = Semaphore(0)
        self._stopped = Semaphore(0)
        self._dies = False
        self.is_over = False
        Thread(target=self._run, args=(work,), daemon=True).start()
        self._stopped.acquire()

    def step(self) -> None:
        """Let it make the call that it stopped before."""
        if not self.is_over:
            self._turn.release()
            self._stopped.acquire()

    def die(self) -> None:
        """Have it end before the call that it stopped before."""
        self._dies = True
        self.step()

    def _run(self, work: Callable[[Callable[[], None]], object]) -> None:
        try:
            with suppress(Died):
                work(self._stop)
        finally:
            self.is_over = True
            self._stopped.release()

    def _stop(self) -> None:
        self._stopped.release()
        self._turn.acquire()
        if self._dies:
            raise Died
