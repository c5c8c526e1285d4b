"""When a request that was refused may come again: each is promised a time of its own, one after the other.

The queue is full when it refuses, so how full it is says nothing of the load. What does is how much was refused: the
work of those that were refused before is still to come. So a refused request is told to wait until the model would
have come to it, had it stood in line (a leaky bucket, as in the generic cell rate algorithm). Those that are refused
together come back one after the other and not all at once.
"""

import time
from collections.abc import Callable

MOST_SECONDS = 60.0
"""Nobody is told to wait for longer; those that never come back are forgotten by then."""
NEWEST_SHARE = 0.1
"""How much the newest batch counts in the speed."""


class Turns:
    """Promises times by the speed of the batches that ran. Not thread-safe."""

    def __init__(self, streams: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`streams` batches run at the same time."""
        self._streams = streams
        self._monotonic = monotonic
        self._speed: float | None = None
        self._promised_until = 0.0

    def worked(self, tokens: int, seconds: float) -> None:
        """Note that a batch of so many tokens took so many seconds."""
        if seconds <= 0:
            return
        speed = self._streams * tokens / seconds
        self._speed = speed if self._speed is None else self._speed + NEWEST_SHARE * (speed - self._speed)

    def promise(self, tokens: int, missing: int) -> float | None:
        """In how many seconds a request of so many tokens should come again, for which there is room once so many
        (`missing`) are embedded. None if no batch has run yet."""
        if self._speed is None:
            return None
        now = self._monotonic()
        earliest = now + missing / self._speed
        turn = max(earliest, self._promised_until)
        self._promised_until = min(turn + tokens / self._speed, now + MOST_SECONDS)
        return min(turn - now, MOST_SECONDS)
