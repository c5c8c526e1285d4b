"""Lists agree with the records, in whatever order and however often these come, and wherever it breaks off."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.errors import StorageUnavailable
from bloomweaver.library.following import follow
from bloomweaver.library.listed import Listed
from bloomweaver.library.together import follow_all
from bloomweaver.models import folder_path
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import DocumentRecord, Operation, Status
from tests.interleavings.stepped import Before, Stepped
from tests.library.memory_listing import MemoryListing

FOLDERS = ["/", "/a", "/a/b", "/a/b/c", "/d"]
TITLES = [None, "", "One", "one", "Two"]


def record(doc_hash: str = "doc", revision: int = 1, **changes: object) -> DocumentRecord:
    values = {
        "doc_hash": doc_hash,
        "revision": revision,
        "version": revision,
        "status": Status.INDEXED,
        "operation": Operation.UPDATE,
        "correlation_id": "c",
        "created_at": "2026-01-01",
        "accepted_at": f"2026-01-{revision:02}",
        "updated_at": f"2026-01-{revision:02}",
    }
    return DocumentRecord.model_validate(values | changes)


def assert_agree(table: MemoryListing, records: list[DocumentRecord]) -> None:
    """That the table has the places and the numbers of these records, and nothing else."""
    places, counts = set(), Counter[str]()
    for one in records:
        if (listed := Listed.of(one)) is not None:
            places |= listed.entries(one.doc_hash)
            counts.update(folder_path.holders(listed.folder))
    assert table.places == places
    assert {folder: number for folder, number in table.counts.items() if number} == counts


@dataclass
class Changes:
    """The successive records of some documents, and the order in which they are handed over."""

    histories: dict[str, list[DocumentRecord]] = field(default_factory=dict)
    handed_over: list[DocumentRecord] = field(default_factory=list)


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    made = Changes()
    for doc_hash in ("doc", "other"):
        made.histories[doc_hash] = [
            record(
                doc_hash,
                revision,
                folder=draw(st.sampled_from(FOLDERS)),
                title=draw(st.sampled_from(TITLES)),
                status=draw(st.sampled_from([Status.QUEUED, Status.INDEXED, Status.FAILED, Status.PARTIAL])),
                operation=draw(st.sampled_from([Operation.CREATE, Operation.UPDATE, Operation.DELETE])),
                origin=draw(
                    st.none() | st.builds(Origin, name=st.just("docs"), path=st.sampled_from(["a.md", "b.md"]))
                ),
            )
            for revision in range(1, draw(st.integers(1, 6)) + 1)
        ]
        last = made.histories[doc_hash][-1]
        some = draw(st.lists(st.sampled_from(made.histories[doc_hash]), max_size=8))
        made.handed_over += [*some, last, *draw(st.lists(st.sampled_from(made.histories[doc_hash]), max_size=3))]
    return made


@given(changes())
def test_lists_agree_with_the_last_records_in_any_order(made: Changes) -> None:
    table = MemoryListing()
    for each in made.handed_over:
        follow(table, each)
    assert_agree(table, [history[-1] for history in made.histories.values()])


@given(changes(), st.lists(st.integers(0, 12), max_size=20))
def test_what_broke_off_is_made_good_by_what_comes_next(made: Changes, failures: list[int]) -> None:
    table = MemoryListing()
    for each in made.handed_over:
        table.fails_after = failures.pop() if failures else None
        with suppress(StorageUnavailable):
            follow(table, each)
        table.fails_after = None
    for history in made.histories.values():
        follow(table, history[-1])  # whoever broke off never came back: what comes next is something newer
    assert_agree(table, [history[-1] for history in made.histories.values()])


def test_one_who_is_overtaken_while_he_writes_puts_back_what_the_newer_one_has() -> None:
    table = MemoryListing()
    first, second = (record(revision=number, folder=folder) for number, folder in ((1, "/a"), (2, "/d")))
    third = first.model_copy(update={"revision": 3})
    follow(table, first)
    overtaken = Stepped(lambda stop: follow(Before(table, stop), second))
    for _ in ("what is listed", "that it begins"):
        overtaken.step()
    follow(table, third)
    while not overtaken.is_over:
        overtaken.step()
    assert_agree(table, [third])


def test_a_document_that_only_gets_on_its_way_changes_no_list() -> None:
    table = MemoryListing()
    queued = record(status=Status.QUEUED)
    assert follow(table, queued)
    table.fails_after = 1  # the write of the state is the only one
    assert follow(table, queued.model_copy(update={"revision": 2, "status": Status.INDEXED}))
    assert table.fails_after == 0


def test_a_title_as_long_as_can_be_is_listed() -> None:
    listed = Listed.of(record(title="字" * 1024, folder="/a"))
    assert listed is not None
    assert all(len(entry.sort.encode()) <= 1024 for entry in listed.entries("d" * 128))


@pytest.mark.parametrize("doc_hash", ["doc", "a_b-C", "x" * 128])
def test_an_entry_names_its_document(doc_hash: str) -> None:
    listed = Listed.of(record(doc_hash, title="One", origin=Origin(name="docs", path="a.md")))
    assert listed is not None
    assert {entry.doc_hash for entry in listed.entries(doc_hash)} == {doc_hash}


# Many at once --------------------------------------------------------------------------------------------------------


@given(changes(), st.lists(st.integers(1, 5), max_size=10), st.lists(st.integers(0, 20), max_size=10))
def test_records_that_come_together_are_listed_as_one_by_one(
    made: Changes, sizes: list[int], failures: list[int]
) -> None:
    table = MemoryListing()
    remaining = list(made.handed_over)
    while remaining:
        size = sizes.pop() if sizes else 3
        table.fails_after = failures.pop() if failures else None
        with suppress(StorageUnavailable):
            follow_all(table, remaining[:size])
        table.fails_after = None
        del remaining[:size]
    last = [history[-1] for history in made.histories.values()]
    follow_all(table, last)
    assert_agree(table, last)
    assert follow_all(table, last) == 0


@pytest.mark.parametrize("steps", range(4))
def test_a_document_that_another_writer_is_at_keeps_no_other_back(steps: int) -> None:
    table = MemoryListing()
    follow_all(table, [record(name, folder="/a") for name in ("one", "two", "three")])
    one, two, three = (record(name, 2, folder="/d") for name in ("one", "two", "three"))
    at_it = Stepped(lambda stop: follow_all(Before(table, stop), [one, two, three]))
    for _ in range(steps):
        at_it.step()
    newest = record("two", 3, folder="/a/b")
    follow(table, newest)
    while not at_it.is_over:
        at_it.step()
    assert_agree(table, [one, newest, three])


@pytest.mark.parametrize("between", [{"folder": "/d"}, {"operation": Operation.DELETE}])
def test_what_one_who_died_removed_is_there_again_if_it_is_to_be(between: dict[str, object]) -> None:
    for writes in range(12):
        table = MemoryListing()
        follow(table, record(folder="/a"))
        table.fails_after = writes
        with suppress(StorageUnavailable):
            follow(table, record("doc", 2, **between))
        table.fails_after = None
        again = record("doc", 3, folder="/a", accepted_at="2026-01-01")
        follow(table, again)
        assert_agree(table, [again])


def test_more_than_a_transaction_holds_are_followed_in_groups_or_one_by_one() -> None:
    table = MemoryListing()
    many = [record(f"doc-{number}") for number in range(130)]
    scattered = [record(f"far-{number}", folder=f"/{number}/x/y") for number in range(40)]
    assert follow_all(table, [*many, *scattered]) == 170
    assert_agree(table, [*many, *scattered])


def test_a_folder_whose_changes_come_to_nothing_loses_its_mark_all_the_same() -> None:
    table = MemoryListing()
    one, two = record("one", folder="/a"), record("two", folder="/d")
    follow_all(table, [one, two])
    table.mark("/a", "mine")
    moved = [
        one.model_copy(update={"revision": 2, "folder": "/d"}),
        two.model_copy(update={"revision": 2, "folder": "/a"}),
    ]
    follow_all(table, moved)
    assert not table.correct("/a", "mine", 1)
    assert_agree(table, moved)
