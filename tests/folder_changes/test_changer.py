"""A folder's change reaches every document that it is about, leaves all others, and says what it left and why."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver import keys
from bloomweaver.audit.entries import CallerKind
from bloomweaver.audit.routes import Action
from bloomweaver.errors import FolderChangeOvertaken, StorageUnavailable
from bloomweaver.folder_changes.ports import RunningChanges
from bloomweaver.library.ports import CaughtUp
from bloomweaver.models import folder_path
from bloomweaver.models.folder_change import (
    FolderChange,
    FolderChangeProgress,
    FolderChangeReport,
    FolderOperation,
    NotChanged,
)
from bloomweaver.models.record import Operation, Status
from bloomweaver.models.run import StateMachine
from bloomweaver.progress.progress import ProgressUnit
from tests.folder_changes.shelf import ASKED_AT, NAME, Shelf

FOLDERS = ["/", "/a", "/a/b", "/a/b/c", "/ab", "/d", "/d/a"]


def move(folder: str, to: str) -> FolderChange:
    return FolderChange(operation=FolderOperation.MOVE, folder=folder, to=to, asked_at=ASKED_AT)


def delete(folder: str) -> FolderChange:
    return FolderChange(operation=FolderOperation.DELETE, folder=folder, asked_at=ASKED_AT)


def left(report: FolderChangeReport) -> dict[NotChanged, list[str]]:
    return {reason: documents.examples for reason, documents in report.counts.left.items() if documents.count}


@given(st.lists(st.sampled_from(FOLDERS), max_size=12), st.integers(1, 4), st.sampled_from([0.0, 1e9]))
def test_all_below_moves_and_nothing_else(folders: list[str], at_a_time: int, call_seconds: float) -> None:
    shelf = Shelf(folders, at_a_time=at_a_time)
    report = shelf.run(move("/a", "/x/y"), call_seconds=call_seconds)
    expected = {
        f"doc-{number}": folder_path.moved(folder, "/a", "/x/y") if folder_path.is_within(folder, "/a") else folder
        for number, folder in enumerate(folders)
    }
    assert shelf.folders() == expected
    moving = sum(folder_path.is_within(folder, "/a") for folder in folders)
    assert (report.done, report.counts.documents, report.counts.done, report.counts.unchanged) == (
        True, moving, moving, 0,
    )  # fmt: skip
    assert shelf.most_under_way <= at_a_time
    for doc_hash, record in shelf.records.records.items():
        assert record.version == (1 if expected[doc_hash] == folders[int(doc_hash[4:])] else 2)


@given(st.lists(st.sampled_from(FOLDERS), max_size=12), st.integers(1, 4))
def test_all_below_is_deleted_and_nothing_else(folders: list[str], at_a_time: int) -> None:
    shelf = Shelf(folders, at_a_time=at_a_time)
    report = shelf.run(delete("/a"))
    assert sorted(shelf.folders().values()) == sorted(
        folder for folder in folders if not folder_path.is_within(folder, "/a")
    )
    assert report.counts.done == sum(folder_path.is_within(folder, "/a") for folder in folders)


@given(st.data())
def test_what_clients_do_meanwhile_goes_before(data: st.DataObject) -> None:
    shelf = Shelf(data.draw(st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=6)))
    change = data.draw(st.sampled_from([move("/a", "/x"), delete("/a")]))
    theirs: dict[str, str | None] = {}
    pauses = 0

    def meanwhile() -> None:
        nonlocal pauses
        pauses += 1
        if pauses > 4:
            return
        for doc_hash in data.draw(st.lists(st.sampled_from(sorted(shelf.records.records)), max_size=2, unique=True)):
            current = shelf.records.records[doc_hash]
            if current.operation is Operation.DELETE:
                continue
            folder = data.draw(st.sampled_from(["/a/b", "/d", None]))
            operation = Operation.DELETE if folder is None else Operation.UPDATE
            status = Status.DELETED if folder is None else Status.INDEXED
            theirs[doc_hash] = folder
            changed = {"folder": folder or "/", "operation": operation, "status": status, "accepted_at": shelf.clock()}
            version = {"version": current.version + 1, "revision": current.revision + 1}
            shelf.records.put(current.model_copy(update=changed | version), current)

    shelf.meanwhile = meanwhile
    shelf.run(change)
    shelf.work()
    for doc_hash, folder in theirs.items():
        record = shelf.records.records[doc_hash]
        if folder is None:
            assert record.operation is Operation.DELETE
        elif change.operation is FolderOperation.DELETE:
            # Sent after the deletion was asked for.
            assert (record.operation, record.folder) == (Operation.UPDATE, folder)
        else:
            assert record.folder in (folder, "/x/b")
    if change.operation is FolderOperation.MOVE:
        late = {doc_hash for doc_hash, folder in theirs.items() if folder == "/a/b"}
        there = shelf.folders().items()
        assert not [doc for doc, folder in there if folder_path.is_within(folder, "/a") and doc not in late]


def test_what_comes_into_the_folder_while_it_runs_moves_too() -> None:
    shelf = Shelf(["/a"])
    shelf.meanwhile = lambda: None if "late" in shelf.records.records else shelf.add("late", "/a/b")
    shelf.run(move("/a", "/x"))
    assert shelf.folders() == {"doc-0": "/x", "late": "/x/b"}


def test_what_the_lists_did_not_have_yet_is_found() -> None:
    shelf = Shelf([])
    shelf.records.following = False
    shelf.add("doc-0", "/a")
    looks = 0

    def listed_later() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            shelf.records.following = True
            shelf.records.follow_up()

    shelf.meanwhile = listed_later
    shelf.run(move("/a", "/x"))
    assert shelf.folders() == {"doc-0": "/x"}


@pytest.mark.parametrize("until", [None, "2026-01-31T23:59:00.000000+00:00"])
def test_what_the_lists_have_not_had_for_long_is_found(until: str | None) -> None:
    """The stream stands still for as long as the change runs: all is done, and not said before it is."""
    shelf = Shelf(["/a", "/b"])
    shelf.records.table.note_caught_up(CaughtUp(until=until))
    shelf.records.following = False
    for number in range(30):
        shelf.add(f"late-{number}", "/a/b", accepted_at="2026-01-31T23:59:59.000000+00:00")
    report = shelf.run(delete("/a"), call_seconds=0.0)
    assert shelf.folders() == {"doc-1": "/b"}
    assert (report.counts.done, report.counts.unchanged) == (31, 0)


def test_what_was_sent_after_the_deletion_was_asked_for_stays_and_is_named() -> None:
    shelf = Shelf(["/a"])
    shelf.add("late", "/a", accepted_at="2026-02-01T00:00:00.000001+00:00")
    report = shelf.run(delete("/a"))
    assert shelf.folders() == {"late": "/a"}
    assert left(report) == {NotChanged.NEWER: ["late"]}


def no_source(shelf: Shelf) -> None:
    shelf.add("bad", "/a", has_source=False)


def fails(shelf: Shelf) -> None:
    shelf.add("bad", "/a")
    shelf.fails = {"bad"}


def too_deep(shelf: Shelf) -> None:
    shelf.add("bad", "/a" + "/b" * (folder_path.MAX_LEVELS - 1))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(no_source, NotChanged.NO_CONTENT), (fails, NotChanged.FAILED), (too_deep, NotChanged.NO_PLACE)],
)
def test_a_document_that_cannot_be_moved_is_named_and_keeps_no_other_back(
    bad: Callable[[Shelf], None], reason: NotChanged
) -> None:
    shelf = Shelf(["/a", "/a", "/a", "/a"])
    bad(shelf)
    report = shelf.run(move("/a", "/x/y"))
    assert left(report) == {reason: ["bad"]}
    assert (report.counts.documents, report.counts.done, report.counts.unchanged) == (5, 4, 1)


def test_the_report_says_how_far_it_is_while_it_runs() -> None:
    shelf = Shelf(["/a"] * 7)
    seen: list[tuple[int, int]] = []

    def look() -> None:
        report = FolderChangeReport.model_validate_json(shelf.objects.get(keys.folder_report_key(NAME)))
        seen.append((report.counts.done, report.under_way))

    shelf.meanwhile = look
    shelf.run(move("/a", "/x"))
    assert seen[:3] == [(0, 3), (3, 3), (6, 1)]


def test_a_call_that_fails_is_repeated_without_harm() -> None:
    shelf = Shelf(["/a"] * 5)
    change = move("/a", "/x")
    shelf.register.now = RunningChanges(serial=1, changes={NAME: change})

    def fail() -> None:
        raise StorageUnavailable("the table is not there")

    shelf.meanwhile = fail
    with pytest.raises(StorageUnavailable):
        shelf.changer().go_on(NAME, change, FolderChangeProgress())
    shelf.meanwhile = lambda: None
    shelf.run(change)
    assert shelf.folders() == {f"doc-{number}": "/x" for number in range(5)}
    assert {record.version for record in shelf.records.records.values()} == {2}


def test_a_run_that_is_not_in_the_register_changes_nothing() -> None:
    shelf = Shelf(["/a"])
    with pytest.raises(FolderChangeOvertaken):
        shelf.changer().go_on(NAME, move("/a", "/x"), FolderChangeProgress())
    assert shelf.folders() == {"doc-0": "/a"}


@pytest.mark.parametrize(
    ("change", "action", "operation"),
    [(move("/a", "/x"), Action.MOVE_FOLDER, Operation.UPDATE), (delete("/a"), Action.DELETE_FOLDER, Operation.DELETE)],
)
def test_each_document_has_an_entry_that_leads_to_the_change(
    change: FolderChange, action: Action, operation: Operation
) -> None:
    shelf = Shelf(["/a", "/a/b", "/d"])
    shelf.run(change)
    assert sorted(entry.doc_hash or "" for entry in shelf.records.entries) == ["doc-0", "doc-1"]
    for entry in shelf.records.entries:
        assert (entry.action, entry.operation, entry.version) == (action, operation, 2)
        assert (entry.caller.kind, entry.caller.subject) == (CallerKind.OPERATION, f"folder_change-{NAME}")
        assert entry.source_ip is None


def test_it_says_how_many_of_the_folders_documents_are_done_and_goes_only_forward() -> None:
    shelf = Shelf(["/a"] * 5 + ["/b"])
    shelf.fails.add("doc-1")
    shelf.run(move("/a", "/c"), call_seconds=0.0)
    assert {(step.machine, step.unit, step.of) for step in shelf.said} == {
        (StateMachine.FOLDER_CHANGE, ProgressUnit.DOCUMENTS, 5)
    }
    done = [step.done or 0 for step in shelf.said]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 5), "one whose run failed is where it should be, by its record"
