"""A record says which folders its document has left lately."""

from bloomweaver.documents.departures import REMEMBERED, has_left
from bloomweaver.models.record import DocumentRecord
from tests.live.documents import accepted
from tests.live.memory_live import Time

TIME = Time()
DAY = 24 * 3600


def through(*folders: str, start: float = 0.0) -> DocumentRecord:
    """The record of a document that was moved through these folders, one each second."""
    record = None
    for place, folder in enumerate(folders):
        record = accepted(record, TIME.at(start + place), folder=folder)
    assert record is not None
    return record


def test_a_new_document_has_left_nothing() -> None:
    assert through("/a").left_folders == {}


def test_a_change_that_moves_nothing_leaves_nothing() -> None:
    record = accepted(through("/a"), TIME.at(1))
    assert (record.folder, record.left_folders) == ("/a", {})


def test_what_is_left_is_remembered_with_the_time() -> None:
    assert through("/a", "/b", "/c").left_folders == {"/b": TIME.at(2), "/a": TIME.at(1)}


def test_a_folder_that_it_is_in_again_is_not_left() -> None:
    assert through("/a", "/b", "/a").left_folders == {"/b": TIME.at(2)}


def test_a_deleted_document_has_left_its_folder() -> None:
    deleted = accepted(through("/a"), TIME.at(1), delete=True)
    assert deleted.left_folders == {"/a": TIME.at(1)}
    again = accepted(deleted, TIME.at(2), folder="/b")
    assert again.left_folders == {"/a": TIME.at(1)}, "a deleted document is nowhere, which it cannot leave"


def test_it_is_forgotten_after_more_than_a_day() -> None:
    record = through("/a", "/b")
    assert "/a" in accepted(record, TIME.at(DAY), folder="/c").left_folders
    assert "/a" not in accepted(record, TIME.at(DAY + 2 * 3600), folder="/c").left_folders


def test_who_asks_since_when_learns_what_was_left_since() -> None:
    record = through("/a/b", "/c")
    assert has_left(record, "/a", TIME.at(1))
    assert has_left(record, "/a/b", TIME.at(0))
    assert not has_left(record, "/a", TIME.at(2))
    assert not has_left(record, "/ab", TIME.at(0))


def test_of_one_that_moved_too_often_it_may_have_been_any() -> None:
    record = through(*(f"/{place}" for place in range(REMEMBERED + 3)))
    assert len(record.left_folders) == REMEMBERED
    assert has_left(record, "/0", TIME.at(0))
    assert not has_left(record, "/0", TIME.at(REMEMBERED)), "all that was left since then is known"
