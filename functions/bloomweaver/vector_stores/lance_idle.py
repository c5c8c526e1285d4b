"""The upkeep of a LanceDB table once nobody writes to it.

A write pays for the upkeep only when much has come together. What came after the last one would slow down every search
for as long as nothing else is written: an hour, or for good. So a process that has written looks after a while whether
anybody has written since, and if not, clears up in a thread of its own, where nobody waits.
"""

import logging
import threading
from collections.abc import Callable

from bloomweaver.errors import PermanentError, TransientError

logger = logging.getLogger(__name__)


class IdleUpkeep:
    """Calls `clear_up` in a thread of its own, once the table's `version` was the same for `quiet_seconds`.

    A process that ends before that leaves it to the next write.
    """

    def __init__(self, quiet_seconds: float, version: Callable[[], int], clear_up: Callable[[], None]) -> None:
        self._quiet_seconds = quiet_seconds
        self._version = version
        self._clear_up = clear_up
        self._guard = threading.Lock()
        self._timer: threading.Timer | None = None

    def written(self, version: int) -> None:
        """Say that this process has written, and which version of the table that has made."""
        with self._guard:
            if self._timer is None:
                self._look_later(version)

    def _look_later(self, seen: int) -> None:
        self._timer = threading.Timer(self._quiet_seconds, self._look, [seen])
        self._timer.daemon = True
        self._timer.start()

    def _look(self, seen: int) -> None:
        try:
            version = self._version()
            with self._guard:
                self._timer = None
                if version != seen:
                    self._look_later(version)
                    return
            self._clear_up()
        except (TransientError, PermanentError) as error:
            # Nobody has asked for it: the next write looks again.
            logger.warning("the LanceDB table was not cleared up: %s", error)
            with self._guard:
                self._timer = None
