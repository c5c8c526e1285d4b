"""Lists that come in pages."""

from collections.abc import Callable, Sequence
from typing import TypeVar

PAGE = 200
"""Entries that the API gives at a time, at most."""

Entry = TypeVar("Entry")


def read_pages(
    limit: int, read: Callable[[int, str | None], tuple[Sequence[Entry], str | None]]
) -> tuple[list[Entry], str | None]:
    """Up to `limit` entries of a list, and the cursor behind them if there are more.

    `read` gives a page: at most so many entries after a cursor, and the next cursor.
    """
    found: list[Entry] = []
    cursor: str | None = None
    while True:
        page, cursor = read(min(PAGE, limit - len(found)), cursor)
        found += page
        if cursor is None or len(found) >= limit:
            return found, cursor
