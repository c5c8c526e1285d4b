"""Finds out which files need not be sent, since the API has them as they are."""

import hashlib
from collections.abc import Callable, Sequence

from cli.answers import Compared
from cli.client import Api
from cli.parallel import in_parallel
from cli.sources import Source

AT_A_TIME = 100
"""Documents of one request: the API takes no more."""


def unchanged(
    api: Api, sources: Sequence[Source], threads: int, compared: Callable[[int], None] = lambda _: None
) -> dict[str, Compared]:
    """Those that are unchanged, by `doc_hash`. `compared` is called with how many more were looked at.

    A file that cannot be read counts as changed: whoever sends it finds out why. Raises `ApiError`.
    """

    def compare(some: Sequence[Source]) -> tuple[int, dict[str, Compared]]:
        described = [one.described(digest) for one in some if (digest := _digest(one)) is not None]
        found = api.compare(described).documents if described else []
        return len(some), {one.doc_hash: one for one in found if one.unchanged}

    known: dict[str, Compared] = {}
    parts = [sources[start : start + AT_A_TIME] for start in range(0, len(sources), AT_A_TIME)]
    with in_parallel(compare, parts, threads) as results:
        for count, found in results:
            known |= found
            compared(count)
    return known


def _digest(source: Source) -> str | None:
    try:
        with source.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
