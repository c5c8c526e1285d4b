"""What a process does with memory that it has freed: gives it back at once, or keeps it for the next time.

To give it back keeps the stack small, and is what its functions begin with (`local.functions`). But a query of LanceDB
takes and frees the vectors that it reads, 3 MB at 2,000 passages: to get them from the kernel anew takes as long as the
rest of the query.
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Of `mallopt(3)`."""
KEPT_BYTES = 16 * 2**20


def keep_freed_memory() -> None:
    """Have this process keep up to `KEPT_BYTES` that it has freed. Where the C library is not glibc, nothing changes:
    there nothing was set either."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            mallopt(option, KEPT_BYTES)
