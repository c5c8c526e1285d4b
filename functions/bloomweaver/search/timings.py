"""How long the parts of a search took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timings:
    """Milliseconds by part. Of a part that ran several times it is the longest: mostly they ran at the same time."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._parts: dict[str, float] = {}

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Take the time of what runs within. Threads may do so at the same time."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._parts[part] = max(_since(started), self._parts.get(part, 0.0))

    def all(self) -> dict[str, float]:
        """Every part, and the total up to now."""
        return {"total": _since(self._started), **self._parts}


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
