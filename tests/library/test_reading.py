"""Pages of lists: every document once, in order, by what its record says when it is shown."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.errors import InvalidCursor
from bloomweaver.library.following import follow
from bloomweaver.library.listed import Listed, Order, Scope, title_key
from bloomweaver.library.reading import Lists, Wanted
from bloomweaver.models import folder_path
from bloomweaver.models.record import DocumentRecord, Operation, Status
from tests.fakes import MemoryRecords
from tests.library.memory_listing import MemoryListing
from tests.library.test_following import record

FOLDERS = ["/", "/a", "/a/b", "/ab", "/c"]
STATUSES = [Status.INDEXED, Status.PARTIAL, Status.FAILED, Status.QUEUED]


def lists_of(records: Sequence[DocumentRecord]) -> tuple[Lists, MemoryListing, MemoryRecords]:
    table, known = MemoryListing(), MemoryRecords({each.doc_hash: each for each in records})
    for each in records:
        follow(table, each)
    return Lists(table, known), table, known


def walk(lists: Lists, wanted: Wanted, limit: int) -> list[str]:
    """All of a list, page by page."""
    found: list[str] = []
    cursor: str | None = None
    for _ in range(100):
        page = lists.documents(wanted, limit, cursor)
        assert len(page.records) <= limit
        found += [each.doc_hash for each in page.records]
        if (cursor := page.cursor) is None:
            return found
    raise AssertionError("the list does not end")


@st.composite
def libraries(draw: st.DrawFn) -> list[DocumentRecord]:
    return [
        record(
            f"doc-{number}",
            draw(st.integers(1, 9)),
            folder=draw(st.sampled_from(FOLDERS)),
            title=draw(st.sampled_from([None, "Alpha", "alpha", "Alphabet", "Beta", "  beta  ", "\u00c9t\u00e9", "z"])),
            status=draw(st.sampled_from(STATUSES)),
            operation=draw(st.sampled_from([Operation.CREATE, Operation.UPDATE, Operation.DELETE])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


wanted = st.builds(
    Wanted,
    folder=st.sampled_from(FOLDERS),
    scope=st.sampled_from(Scope),
    order=st.sampled_from(Order),
    status=st.sampled_from([None, Status.INDEXED, Status.PARTIAL, Status.FAILED]),
)


@given(libraries(), wanted, st.integers(1, 5), st.sampled_from(["", "al", "ALPHA", "b", "\u00e9"]))
def test_a_list_has_its_documents_once_and_in_order(
    records: list[DocumentRecord], asked: Wanted, limit: int, prefix: str
) -> None:
    if asked.order is Order.TITLE:
        asked = asked.model_copy(update={"title_prefix": prefix})
    lists, _, _ = lists_of(records)
    expected = [each for each in records if asked.shows(each)]
    if asked.order is Order.TITLE:
        expected.sort(key=lambda each: (title_key(each.title or each.doc_hash).encode(), each.doc_hash))
    else:
        expected.sort(key=lambda each: (each.accepted_at, each.doc_hash), reverse=True)
    assert walk(lists, asked, limit) == [each.doc_hash for each in expected]


@given(libraries())
def test_folders_are_listed_with_the_documents_below_them(records: list[DocumentRecord]) -> None:
    lists, _, _ = lists_of(records)
    there = [listed.folder for each in records if (listed := Listed.of(each))]
    for folder in FOLDERS:
        assert lists.count(folder) == sum(folder_path.is_within(each, folder) for each in there)
        found, cursor = [], None
        while True:
            page = lists.folders(folder, 1, cursor)
            found += [(each.folder, each.documents) for each in page.folders]
            if (cursor := page.after) is None:
                break
        children = {each for inside in there for each in folder_path.holders(inside)[1:]}
        assert found == [
            (child, sum(folder_path.is_within(each, child) for each in there))
            for child in sorted(children)
            if folder_path.parent(child) == folder
        ]


def test_what_has_moved_or_gone_since_it_was_listed_is_not_shown() -> None:
    records = [record(name, folder="/a") for name in ("kept", "moved", "deleted", "lost")]
    lists, _, known = lists_of(records)
    known.records["moved"] = record("moved", 2, folder="/c")
    known.records["deleted"] = record("deleted", 2, operation=Operation.DELETE, status=Status.DELETING)
    del known.records["lost"]
    assert walk(lists, Wanted(folder="/a", scope=Scope.DIRECT, order=Order.TITLE), 10) == ["kept"]


def test_a_page_is_filled_up_for_what_it_left_out() -> None:
    records = [record(f"doc-{number:02}", folder="/a") for number in range(20)]
    lists, _, known = lists_of(records)
    for number in range(8):
        known.records[f"doc-{number:02}"] = record(f"doc-{number:02}", 2, folder="/c")
    page = lists.documents(Wanted(folder="/a", scope=Scope.BELOW, order=Order.TITLE), 5, None)
    assert [each.doc_hash for each in page.records] == [f"doc-{number:02}" for number in range(8, 13)]


def test_a_cursor_of_another_list_is_refused() -> None:
    lists, _, _ = lists_of([record(f"doc-{number}", folder="/a") for number in range(3)])
    asked = Wanted(folder="/a", scope=Scope.DIRECT, order=Order.TITLE)
    cursor = lists.documents(asked, 1, None).cursor
    assert cursor is not None
    for other in (asked.model_copy(update={"folder": "/c"}), asked.model_copy(update={"order": Order.TIME})):
        with pytest.raises(InvalidCursor, match="another list"):
            lists.documents(other, 1, cursor)
    with pytest.raises(InvalidCursor, match="another list"):
        lists.folders("/a", 1, cursor)
    with pytest.raises(InvalidCursor, match="no page gave"):
        lists.documents(asked, 1, "x")
