"""A record says which folders its document has left lately."""

from bloomweaver.documents.departures import REMEMBERED, has_left
from bloomweaver.models.folder_path import MAX_LEVELS
from bloomweaver.models.record import DocumentRecord
from tests.live.documents import accepted
from tests.live.memory_live import Time

TIME = Time()
DAY = 24 * 3600


def through(*folders: str) -> DocumentRecord:
    """The record of a document that was moved through these folders, one each second."""
    record = None
    for place, folder in enumerate(folders):
        record = accepted(record, TIME.at(place), folder=folder)
    assert record is not None
    return record


def test_a_new_document_has_left_nothing() -> None:
    assert through("/a").left_folders == {}


def test_a_change_that_moves_nothing_leaves_nothing() -> None:
    record = accepted(through("/a"), TIME.at(1))
    assert (record.folder, record.left_folders) == ("/a", {})


def test_who_asks_since_when_learns_what_was_left_since() -> None:
    record = through("/a/b", "/c")
    assert has_left(record, "/a", TIME.at(1))
    assert has_left(record, "/a/b", TIME.at(0))
    assert not has_left(record, "/a", TIME.at(2))
    assert not has_left(record, "/ab", TIME.at(0))
    assert not has_left(record, "/c", TIME.at(0))


def test_a_folder_that_it_is_still_below_is_not_left() -> None:
    record = through("/a/b", "/a/c")
    assert has_left(record, "/a/b", TIME.at(0))
    assert not has_left(record, "/a", TIME.at(0))
    assert not has_left(record, "/", TIME.at(0))


def test_several_moves_are_remembered_each_with_its_time() -> None:
    record = through("/a", "/b", "/c")
    assert has_left(record, "/a", TIME.at(1))
    assert not has_left(record, "/a", TIME.at(2))
    assert has_left(record, "/b", TIME.at(2))


def test_a_folder_that_it_is_in_again_is_not_left() -> None:
    record = through("/a", "/b", "/a")
    assert not has_left(record, "/a", TIME.at(0))
    assert has_left(record, "/b", TIME.at(2))


def test_a_deleted_document_has_left_its_folder_and_does_not_say_which() -> None:
    deleted = accepted(through("/secret/place"), TIME.at(1), delete=True)
    assert has_left(deleted, "/secret", TIME.at(1))
    assert "secret" not in deleted.model_dump_json()
    again = accepted(deleted, TIME.at(2), folder="/b")
    assert has_left(again, "/secret", TIME.at(1))
    assert not has_left(again, "/secret", TIME.at(2)), "a deleted document is nowhere, which it cannot leave"


def test_it_is_forgotten_after_more_than_a_day() -> None:
    record = through("/a", "/b")
    assert has_left(accepted(record, TIME.at(DAY), folder="/c"), "/a", TIME.at(0))
    assert not has_left(accepted(record, TIME.at(DAY + 2 * 3600), folder="/c"), "/a", TIME.at(0))


def test_one_move_out_of_the_deepest_folder_is_remembered_whole() -> None:
    deep = "/" + "/".join(str(level) for level in range(MAX_LEVELS))
    record = through(deep, "/elsewhere")
    assert len(record.left_folders) == MAX_LEVELS < REMEMBERED
    assert all(has_left(record, deep.rsplit("/", cut)[0], TIME.at(1)) for cut in range(MAX_LEVELS))


def test_of_one_that_moved_too_often_it_may_have_been_any() -> None:
    record = through(*(f"/{place}" for place in range(REMEMBERED + 3)))
    assert len(record.left_folders) == REMEMBERED
    assert has_left(record, "/0", TIME.at(0))
    assert not has_left(record, "/0", TIME.at(REMEMBERED)), "all that was left since then is known"
