"""Several calls at a time, none of which outlives the one who asked for them."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def in_parallel(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Iterator[Result]]:
    """The results of `work` on each item, `threads` at a time, in the order in which they come.

    An error of `work` is raised where its result would have come. On leaving, by an error or Ctrl-C too, what has not
    begun is dropped, and what has is waited for.
    """
    pool = ThreadPoolExecutor(threads)
    try:
        futures = [pool.submit(work, item) for item in items]
        yield (future.result() for future in as_completed(futures))
    finally:
        pool.shutdown(cancel_futures=True)
