"""A feed of live messages that outlives its connections.

A connection may be cut at any moment, and a message may be lost. The feed asks once a minute what changed after its
cursor, and at once over each new connection; it leaves out what it knows.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from cli.answers import LiveTicket
from cli.client import ApiError
from cli.live.conversation import NEVER, Conversation
from cli.live.events import Cut, Event, LiveError, Noted, Watching
from cli.live.known import Known

PING_SECONDS = 60.0
OPEN_SECONDS = 10.0
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Between attempts at a connection, somewhat apart for each client; the last one goes on for ever."""
ATTEMPTS = 3
"""At the very first connection, and at each for who has another way."""
FRAME_MAX_BYTES = 2**20


class Feed:
    """The messages of some topics. `ticket` asks the API for a ticket, and raises `ApiError`."""

    def __init__(
        self,
        ticket: Callable[[], LiveTicket],
        topics: Sequence[str],
        *,
        known: Known | None = None,
        until: float = NEVER,
        gives_up: bool = False,
        ping_seconds: float = PING_SECONDS,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """`known` is what was told before. The feed ends at `until`, in seconds of `time.monotonic`. With `gives_up` it
        ends with an error, too, when a connection that was cut cannot be had again."""
        self._ticket = ticket
        self._topics = topics
        self._ping_seconds = ping_seconds
        self._pauses = pauses
        self._known = known or Known()
        self._until = until
        self._gives_up = gives_up

    def events(self) -> Iterator[Event]:
        """What happens, until the time is up; `Watching` comes once.

        Raises `LiveError`, and `ApiError` where no ticket is given.
        """
        was_watching, failures = False, 0
        while time.monotonic() < self._until:
            try:
                for event in self._connected():
                    if isinstance(event, Watching):
                        failures = 0
                        if was_watching:
                            yield Noted("connected again")
                            continue
                        was_watching = True
                    yield event
                continue
            except (Cut, OSError, WebSocketException) as error:
                reason = _reason(error)
            except ApiError as error:
                # A machine may be without a network for a while.
                if not (was_watching and (error.repeatable or error.unreachable)):
                    raise
                reason = str(error)
            failures += 1
            if failures >= ATTEMPTS and (self._gives_up or not was_watching):
                raise LiveError(f"no connection for live messages can be opened: {reason}")
            if was_watching and failures == 1:
                yield Noted(f"the connection was cut ({reason}); opening another one")
            pause = self._pauses[min(failures, len(self._pauses)) - 1]
            time.sleep(max(0.0, min(pause * random.uniform(0.7, 1.3), self._until - time.monotonic())))

    def _connected(self) -> Iterator[Event]:
        ticket = self._ticket()
        url = f"{ticket.url}?ticket={ticket.ticket}"
        with connect(url, legacy=True, open_timeout=OPEN_SECONDS, max_size=FRAME_MAX_BYTES) as socket:
            conversation = Conversation(
                socket, self._topics, self._known, lambda: self._ticket().ticket, self._ping_seconds, self._until
            )
            yield from conversation.events()


def _reason(error: Exception) -> str:
    # Not an error's own words where they may have the address, which has the ticket.
    return str(error) if isinstance(error, Cut) else type(error).__name__
