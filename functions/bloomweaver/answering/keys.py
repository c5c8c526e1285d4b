"""The keys by which a generator cites passages: drawn anew for each answer, so that no document can know one."""

import re
import secrets
from collections.abc import Callable, Iterator

PREFIX = "ref-"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like another."""
LENGTH = 6
KEY = re.compile(rf"{PREFIX}[{LETTERS}]{{{LENGTH}}}")


def new_keys(draw: Callable[[str], str] = secrets.choice) -> Iterator[str]:
    """Keys without end, none twice."""
    given: set[str] = set()
    while True:
        key = PREFIX + "".join(draw(LETTERS) for _ in range(LENGTH))
        if key not in given:
            given.add(key)
            yield key
