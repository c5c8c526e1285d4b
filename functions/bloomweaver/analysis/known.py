"""What was found out of parts of texts before: most words of a text come again."""

from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_PART_MAX_LENGTH = 40
"""A longer part is not likely to come again."""


class Known(dict[str, Found]):
    """By part of a text, what `find` says of it, which is asked once. It begins anew once it has `size` parts."""

    def __init__(self, find: Callable[[str], Found], size: int) -> None:
        super().__init__()
        self._find = find
        self._size = size

    def __missing__(self, part: str) -> Found:
        found = self._find(part)
        if len(part) <= _PART_MAX_LENGTH:
            if len(self) >= self._size:
                self.clear()
            self[part] = found
        return found
