"""Of two changes that meet, the second has to wait; what a request may ask for is said before anything is changed."""

import pytest
from pydantic import ValidationError

from bloomweaver.errors import FolderUnderChange, RecordContended, UnknownFolder
from bloomweaver.folder_changes.requests import DeleteFolder, MoveFolder
from bloomweaver.folder_changes.starting import start
from bloomweaver.models.folder_change import FolderChange
from bloomweaver.ports import Run
from tests.folder_changes.shelf import MemoryRegister
from tests.library.memory_listing import MemoryListing

NOW = "2026-02-01T00:00:00.000000+00:00"
A_MINUTE_LATER = "2026-02-01T00:01:01.000000+00:00"


class MemoryRuns:
    """Implements `FolderChangeRuns`."""

    def __init__(self) -> None:
        self.statuses: dict[str, str] = {}

    def find(self, name: str) -> Run | None:
        """See `Runs`."""
        status = self.statuses.get(name)
        return Run(name=name, arn=f"arn:{name}", status=status) if status else None

    def start(self, name: str, change: FolderChange) -> Run:
        """See `FolderChangeRuns`."""
        self.statuses[name] = "running"
        return Run(name=name, arn=f"arn:{name}", status="running")


class Starts:
    """Starts changes of a library with some folders."""

    def __init__(self) -> None:
        self.register, self.runs, self.table = MemoryRegister(), MemoryRuns(), MemoryListing()
        self.table.counts = {"/a": 2, "/a/b": 1, "/ab": 1, "/c": 1}

    def __call__(self, name: str, change: FolderChange) -> Run:
        return start(self.register, self.runs, self.table, name=name, change=change)


def move(folder: str, to: str, at: str = NOW) -> FolderChange:
    return MoveFolder(folder=folder, to=to).change(at)


def delete(folder: str, at: str = NOW) -> FolderChange:
    return DeleteFolder(folder=folder).change(at)


@pytest.mark.parametrize(
    "other",
    [move("/a", "/y"), delete("/a/b"), delete("/a"), move("/c", "/x/z"), move("/c", "/a/z"), move("/ab", "/x")],
)
def test_a_change_that_meets_a_running_one_is_refused(other: FolderChange) -> None:
    starts = Starts()
    starts("one", move("/a", "/x"))
    with pytest.raises(FolderUnderChange, match="'/a' is being changed by 'one'"):
        starts("two", other)
    assert list(starts.runs.statuses) == ["one"]


def test_changes_that_do_not_meet_run_at_the_same_time() -> None:
    starts = Starts()
    starts("one", move("/a", "/x"))
    starts("two", move("/c", "/y"))
    starts("three", delete("/ab"))
    assert set(starts.register.now.changes) == {"one", "two", "three"}


def test_one_that_has_ended_is_in_nobodys_way() -> None:
    starts = Starts()
    starts("one", move("/a", "/x"))
    starts.runs.statuses["one"] = "failed"
    starts("two", move("/a", "/x"))
    assert set(starts.register.now.changes) == {"two"}


def test_one_whose_execution_never_came_is_forgotten_after_a_minute() -> None:
    starts = Starts()
    starts("one", move("/a", "/x"))
    del starts.runs.statuses["one"]
    with pytest.raises(FolderUnderChange):
        starts("two", move("/a", "/x"))
    starts("two", move("/a", "/x", A_MINUTE_LATER))


def test_a_folder_without_documents_is_unknown() -> None:
    with pytest.raises(UnknownFolder, match="no document is in '/none'"):
        Starts()("one", delete("/none"))


def test_who_loses_a_race_starts_nothing() -> None:
    starts = Starts()
    starts.register.lose_race = True
    with pytest.raises(RecordContended):
        starts("one", delete("/a"))
    assert not starts.runs.statuses


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"folder": "/a", "to": "/a"}, "into itself"),
        ({"folder": "/a", "to": "/a/b"}, "into itself"),
        ({"folder": "/a/b", "to": "/a"}, "lies in '/a'"),
        ({"folder": "/", "to": "/a"}, "'/' holds every document"),
        ({"folder": "/a", "to": "/"}, "'/' holds every document"),
        ({"folder": "/a", "to": "/b/../c"}, "no name '.' or '..'"),
        ({"folder": "/a//b", "to": "/c"}, "no empty name"),
        ({"folder": "/a", "to": "/c" * 33}, "at most 32 levels"),
        ({"folder": "/a", "to": "/" + "c" * 2000}, "at most 1024 bytes"),
        ({"folder": "/a", "to": "/c\x07"}, "no control characters"),
        ({"folder": "/a"}, "to\n"),
    ],
)
def test_a_move_that_cannot_be_is_refused(body: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace(".", r"\.")):
        MoveFolder.model_validate(body)


def test_two_spellings_of_a_name_are_one_folder() -> None:
    with pytest.raises(ValidationError, match="into itself"):
        MoveFolder.model_validate({"folder": "/re\u0301sume\u0301", "to": "/r\u00e9sum\u00e9"})
    assert move("/a", "/A").to == "/A"
