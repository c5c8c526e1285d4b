"""HTTP for uvicorn, with a bound on the time that a request's head takes.

uvicorn ends a connection that is idle after an answer, and waits for ever for one that sends no request or half a head.
The body's bound is in `json_route`.
"""

from asyncio import Transport
from asyncio.events import TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class TimedProtocol(HttpToolsProtocol):
    """Closes a connection whose next head does not come in time, counted from its first byte; the first head of a
    connection, from its opening."""

    head_seconds: float
    _head_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._stop()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """See httptools."""
        super().on_message_begin()
        self._start()

    def on_headers_complete(self) -> None:
        """See httptools."""
        self._stop()
        super().on_headers_complete()

    def _start(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def timed_protocol(head_seconds: float) -> type[TimedProtocol]:
    """For uvicorn's `http`, which takes a class."""
    return type("TimedProtocol", (TimedProtocol,), {"head_seconds": head_seconds})
