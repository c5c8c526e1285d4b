"""The places of a table's items in the order of a Scan and of each Query, so that a page costs its own length.

MiniStack sorts and evaluates all items of an index's partition, or of a table, for each page. The order is that of its
own functions, so that what it makes of the candidates is the same. It relies on functions of exactly the version in the
requirements.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import total_ordering
from typing import Any

from sortedcontainers import SortedList

Json = dict[str, Any]
Place = tuple[Any, Any]
"""The keys of an item in its table: partition and sort key, as MiniStack has them."""
Entry = tuple[Any, ...]
"""What a list is sorted by, and last the item's place."""


@total_ordering
class _Top:
    """Sorts behind everything."""

    def __lt__(self, other: object) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is self

    def __hash__(self) -> int:
        return id(self)


TOP = _Top()


class TableOrder:
    """The order of one table. It has to be told of every change."""

    def __init__(self, table: Json) -> None:
        from ministack.services import dynamodb

        self._dynamodb = dynamodb
        self._table = table
        self._schemas = list(dynamodb._index_key_schemas(table))
        self._sort_keys = {name: dynamodb._index_order_keys(table, ranges) for name, _, ranges in self._schemas}
        self._indexes: dict[str, dict[Any, SortedList]] = {name: {} for name, _, _ in self._schemas}
        found: dict[tuple[str, Any], list[Entry]] = defaultdict(list)
        places: list[Entry] = []
        for partition, items in table["items"].items():
            for sort, item in items.items():
                places.append(((partition, sort),))
                for name, index_partition, entry in self._entries((partition, sort), item):
                    found[name, index_partition].append(entry)
        self._all = SortedList(places)
        for (name, index_partition), entries in found.items():
            self._indexes[name][index_partition] = SortedList(entries)

    def is_of(self, table: Json) -> bool:
        """Whether the table has the indexes that this order was made for."""
        return self._schemas == list(self._dynamodb._index_key_schemas(table))

    def has_index(self, name: str) -> bool:
        """Whether there is such an index."""
        return name in self._indexes

    def add(self, place: Place, item: Json) -> None:
        """The item is there now."""
        self._all.add((place,))
        for name, partition, entry in self._entries(place, item):
            self._indexes[name].setdefault(partition, SortedList()).add(entry)

    def remove(self, place: Place, item: Json) -> None:
        """The item is not there any more."""
        self._all.discard((place,))
        for name, partition, entry in self._entries(place, item):
            if (entries := self._indexes[name].get(partition)) is not None:
                entries.discard(entry)
                if not entries:
                    del self._indexes[name][partition]

    def scan(self, after: Place | None) -> Iterator[Place]:
        """All places after that one, as a Scan gives them."""
        for entry in self._all.irange((after, TOP) if after else None):
            yield entry[-1]

    def of_partition(self, partition: Any, low: Entry | None, high: Entry | None, *, forward: bool) -> Iterator[Place]:
        """The places of a partition of the table between two sort keys. One with `TOP` behind it is taken in."""
        first: Entry = ((partition, low[0]), *low[1:]) if low else ((partition,),)
        last: Entry = ((partition, high[0]), *high[1:]) if high else ((partition, TOP),)
        for entry in self._all.irange(first, last, reverse=not forward):
            yield entry[-1]

    def query(
        self, index: str, partition: Any, low: Entry | None, high: Entry | None, *, forward: bool
    ) -> Iterator[Place]:
        """The places of an index's partition between two entries, as a Query gives them."""
        entries = self._indexes[index].get(partition)
        if entries is not None:
            for entry in entries.irange(low, high, reverse=not forward):
                yield entry[-1]

    def sorted_by(self, index: str, key: Json) -> Entry:
        """What an item with these attributes sorts by in the index, without its place."""
        return tuple(self._dynamodb._index_order_value(key, name, kind) for name, kind in self._sort_keys[index])

    def _entries(self, place: Place, item: Json) -> Iterator[tuple[str, Any, Entry]]:
        for name, hashes, ranges in self._schemas:
            if (partition := self._dynamodb._index_partition(item, hashes, ranges)) is not None:
                yield name, partition, (*self.sorted_by(name, item), place)
