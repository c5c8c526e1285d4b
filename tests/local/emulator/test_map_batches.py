"""The grouping of a Distributed Map's items on one machine is AWS's: so many, and so many bytes, at most."""

import json

import pytest

from local.emulator.map_batches import batches

ITEMS = [{"key": f"doc-{number}"} for number in range(7)]


@pytest.mark.parametrize(("most", "sizes"), [(3, [3, 3, 1]), (7, [7]), (100, [7]), (1, [1] * 7)])
def test_a_group_has_so_many_items(most: int, sizes: list[int]) -> None:
    groups = list(batches(ITEMS, {"MaxItemsPerBatch": most}))
    assert [len(group) for group in groups] == sizes
    assert [item for group in groups for item in group] == ITEMS


def test_a_group_has_so_many_bytes() -> None:
    groups = list(batches(ITEMS, {"MaxItemsPerBatch": 100, "MaxInputBytesPerBatch": 40}))
    assert [item for group in groups for item in group] == ITEMS
    assert all(len(json.dumps(group, separators=(",", ":"))) <= 41 for group in groups)
    assert len(groups) > 1


def test_an_item_that_is_too_large_goes_alone() -> None:
    assert list(batches(ITEMS[:2], {"MaxInputBytesPerBatch": 1})) == [[ITEMS[0]], [ITEMS[1]]]


def test_no_items_are_no_groups() -> None:
    assert list(batches([], {"MaxItemsPerBatch": 5})) == []
