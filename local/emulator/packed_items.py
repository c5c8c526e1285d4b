"""DynamoDB's items in memory as text, and unpacked whenever one is looked at.

An item of 500 bytes is 5,000 as dictionaries of Python, and the garbage collector walks through all of them. What is
unpacked is a copy: MiniStack changes none that it was given without storing it again.
"""

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

Json = dict[str, Any]


class PackedItems(MutableMapping[Any, Json]):
    """The items of a partition by sort key."""

    __slots__ = ("_texts",)

    def __init__(self) -> None:
        self._texts: dict[Any, bytes] = {}

    def put_text(self, sort: Any, text: str) -> None:
        """Put an item that is JSON already."""
        self._texts[sort] = text.encode()

    def __getitem__(self, sort: Any) -> Json:
        item: Json = json.loads(self._texts[sort])
        return item

    def __setitem__(self, sort: Any, item: Json) -> None:
        self.put_text(sort, text_of(item))

    def __delitem__(self, sort: Any) -> None:
        del self._texts[sort]

    def __contains__(self, sort: Any) -> bool:
        return sort in self._texts

    def __iter__(self) -> Iterator[Any]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __deepcopy__(self, memo: Json) -> "PackedItems":
        copied = PackedItems()
        copied._texts = self._texts.copy()
        return copied


def text_of(value: Any) -> str:
    """JSON in as few characters as there can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
