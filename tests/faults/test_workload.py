"""The workload: repeatable, and with everything in it that the run is about."""

from collections import Counter

import pytest

from bloomweaver.models.record import Operation
from faults.size import FULL, SMALL, RunSize
from faults.workload import MARK, Change, complete, draw_workload


def test_a_seed_always_draws_the_same_workload() -> None:
    assert draw_workload(SMALL, 7) == draw_workload(SMALL, 7)
    assert draw_workload(SMALL, 7) != draw_workload(SMALL, 8)


@pytest.mark.parametrize("size", [FULL, SMALL])
def test_every_document_is_written_and_some_far_more_often(size: RunSize) -> None:
    workload = draw_workload(size, 3)
    often = Counter(delivery.change.doc_hash for delivery in workload.deliveries)
    assert set(often) == set(workload.documents)
    assert len(workload.documents) == size.documents
    assert len(workload.deliveries) >= size.operations
    assert max(often.values()) > 3 * size.operations / size.documents


def test_it_has_every_kind_of_delivery() -> None:
    deliveries = draw_workload(FULL, 3).deliveries
    assert {delivery.change.operation for delivery in deliveries} == {*Operation} - {Operation.CLEAN}
    numbers = Counter(delivery.change.number for delivery in deliveries)
    assert max(numbers.values()) == 2, "some are sent twice"
    assert any(delivery.message_copies for delivery in deliveries)
    assert [delivery.at for delivery in deliveries] == sorted(delivery.at for delivery in deliveries)

    late = unchanged = 0
    newest: dict[str, int] = {}
    content: dict[str, str] = {}
    for change in sorted({delivery.change for delivery in deliveries}, key=lambda change: change.number):
        if change.source_version is not None:
            late += change.source_version < newest.get(change.doc_hash, 0)
            newest[change.doc_hash] = max(change.source_version, newest.get(change.doc_hash, 0))
        unchanged += change.content != "" and content.get(change.doc_hash) == change.content
        content[change.doc_hash] = change.content
    assert late > 10
    assert unchanged > 10


def test_a_mark_belongs_to_the_change_that_wrote_it_first() -> None:
    first: dict[str, str] = {}
    for delivery in draw_workload(FULL, 3).deliveries:
        change = delivery.change
        assert len(change.marks) == len(change.parts)
        assert (not change.parts) == (change.operation is Operation.DELETE)
        if change.parts:
            assert complete(sorted(change.marks))
        for part in change.parts:
            mark = MARK.search(part)
            assert mark is not None
            assert first.setdefault(mark.group(), part) == part, "a mark stands for one text"


def test_half_a_text_is_told_from_a_whole_one() -> None:
    assert complete(["c00001p1of3", "c00002p2of3", "c00001p3of3"])
    assert not complete(["c00001p1of3", "c00001p3of3"])
    assert Change(1, "a", Operation.CREATE, ("c00001p1of1 text",)).marks == {"c00001p1of1"}
