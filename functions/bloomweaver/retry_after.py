"""After how many seconds a client that met a transient error should send its request again.

What failed may have said so itself, such as a vector index that throttles. Otherwise it grows: a process that fails at
one request after the other asks for twice as long each time, so that clients leave a service alone that does not come
back, or is overrun, and come back at once after a single failure. One answer without such an error, and it begins anew.
Every process of a function counts for itself; under load there are many, and each sees its share.
"""

import math

from bloomweaver.errors import TransientError

LEAST_SECONDS = 1
MOST_SECONDS = 32
"""Below the minute that the command line waits at most."""


class RetryAfter:
    """What one process has to say. Not for several threads: a process answers one request at a time."""

    def __init__(self) -> None:
        self._failures = 0

    def failed(self, error: TransientError) -> int:
        """The seconds to ask for, after a request that met this error."""
        self._failures += 1
        if error.retry_after is not None:
            return min(max(math.ceil(error.retry_after), LEAST_SECONDS), MOST_SECONDS)
        # Beyond so many doublings the most is reached, however long it goes on.
        return min(LEAST_SECONDS << min(self._failures - 1, MOST_SECONDS.bit_length()), MOST_SECONDS)

    def answered(self) -> None:
        """Note a request that met no such error."""
        self._failures = 0
