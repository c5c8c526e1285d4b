"""Items that are kept as text are to MiniStack what dictionaries of them were."""

import copy
import sys
from collections.abc import Callable
from typing import Any

import pytest

from local.emulator.packed_items import PackedItems, text_of

ONE = {
    "id": {"S": "one"},
    "said": {"S": "Grüße, \U0001f40b"},
    "tags": {"L": [{"N": "1"}, {"BOOL": True}, {"NULL": True}]},
}
OTHER = {"id": {"S": "other"}, "deep": {"M": {"a": {"M": {"b": {"SS": ["x", "y"]}}}}}}


def made(kind: Callable[[], Any]) -> Any:
    items = kind()
    items["one"] = ONE
    items["other"] = OTHER
    return items


@pytest.mark.parametrize(
    "look",
    [
        len,
        list,
        lambda items: items["one"],
        lambda items: items.get("other"),
        lambda items: items.get("none"),
        lambda items: items.get("none", 3),
        lambda items: list(items.values()),
        lambda items: list(items.items()),
        lambda items: len(items.values()) + len(items.items()),
        lambda items: "one" in items and "none" not in items,
        lambda items: (items.pop("one"), list(items)),
        lambda items: items.pop("none", None),
        lambda items: sorted(items.keys()),
        lambda items: dict(copy.deepcopy(items).items()),
        lambda items: items.setdefault("none", OTHER) and items["none"],
    ],
)
def test_it_is_looked_at_as_a_dictionary(look: Callable[[Any], Any]) -> None:
    assert look(made(PackedItems)) == look(made(dict))


@pytest.mark.parametrize("take", [lambda items: items["none"], lambda items: items.pop("none")])
def test_what_is_not_there_is_missing(take: Callable[[Any], Any]) -> None:
    with pytest.raises(KeyError):
        take(made(PackedItems))


def test_what_was_given_out_changes_nothing() -> None:
    items = made(PackedItems)
    items["one"]["id"]["S"] = "changed"
    copied = copy.deepcopy(items)
    copied["one"] = OTHER
    assert items["one"] == ONE


def test_what_is_text_already_is_taken_as_it_is() -> None:
    items = PackedItems()
    items.put_text("one", text_of(ONE))
    assert items["one"] == ONE


def test_it_takes_a_part_of_the_memory() -> None:
    packed = sum(sys.getsizeof(item) for item in made(PackedItems)._texts.values())
    assert packed * 3 < sum(map(_size, made(dict).values()))


def _size(value: Any) -> int:
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return sys.getsizeof(value) + sum(map(_size, parts))
