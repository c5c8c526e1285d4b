"""What changed since: nothing is missed, however late lists are and wherever one page ends."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bloomweaver.errors import InvalidCursor
from bloomweaver.live import changes as changes_module
from bloomweaver.live.changes import Changes, ChangesPage
from bloomweaver.live.cursor import OVERLAP_SECONDS, Cursor
from bloomweaver.live.messages import FRAME_MAX_BYTES, DocumentMessage
from bloomweaver.live.topics import Topic
from bloomweaver.models.folder_path import is_within
from bloomweaver.models.record import Operation, Status
from tests.examples import examples
from tests.live.documents import LaggingRecords, accepted, goes_on
from tests.live.memory_live import Time
from tests.progress.memory_progress import reading

DOCUMENTS = Topic.parse("documents")
FOLDERS = ["/a", "/a/b", "/c"]


@pytest.fixture
def time() -> Time:
    return Time(1000.0)


@pytest.fixture
def records(time: Time) -> LaggingRecords:
    return LaggingRecords(time=time)


@pytest.fixture
def changes(records: LaggingRecords, time: Time) -> Changes:
    return Changes(records, reading(time), time)


def told(page: ChangesPage) -> list[tuple[str, int]]:
    return [(each.doc_hash, each.revision) for each in page.messages if isinstance(each, DocumentMessage)]


def write(records: LaggingRecords, *doc_hashes: str, folder: str | None = None) -> None:
    for doc_hash in doc_hashes:
        records.write(accepted(records.get(doc_hash), records.time(), doc_hash, folder=folder))


def test_what_changed_after_the_cursor_is_told_oldest_first(
    changes: Changes, records: LaggingRecords, time: Time
) -> None:
    write(records, "long-ago")
    time.seconds += OVERLAP_SECONDS + 1
    start = changes.start()
    for doc_hash in ("b", "a", "c"):
        time.seconds += 1
        write(records, doc_hash)
    page = changes.after([DOCUMENTS], start)
    assert told(page) == [("b", 1), ("a", 1), ("c", 1)]
    assert (page.more, page.reload) == (False, False)
    assert [message.at for message in page.messages] == [time.at(time.seconds - 2 + place) for place in range(3)]


def test_what_is_told_goes_by_the_record_and_not_by_the_list(
    changes: Changes, records: LaggingRecords, time: Time
) -> None:
    start = changes.start()
    write(records, "doc")
    # The deletion is not in the lists yet, where the title still is.
    records.write(accepted(records.get("doc"), time(), delete=True), out_after=5, in_after=5)
    [message] = changes.after([DOCUMENTS], start).messages
    assert (message.status, message.title, message.revision) == (Status.DELETING, None, 2)


def test_a_cursor_goes_on_to_what_comes_after_it(changes: Changes, records: LaggingRecords, time: Time) -> None:
    cursor = changes.start()
    write(records, "one")
    cursor = changes.after([DOCUMENTS], cursor).cursor
    time.seconds += OVERLAP_SECONDS + 1
    cursor = changes.after([DOCUMENTS], cursor).cursor
    write(records, "two")
    assert told(changes.after([DOCUMENTS], cursor)) == [("two", 1)]


def test_of_a_folder_what_is_in_it_and_what_has_left_it(changes: Changes, records: LaggingRecords, time: Time) -> None:
    write(records, "stays", "leaves", "goes", folder="/a/b")
    write(records, "elsewhere", folder="/c")
    time.seconds += 1000
    start = changes.start()
    time.seconds += 60
    write(records, "leaves", "elsewhere", folder="/c")
    records.write(accepted(records.get("goes"), time(), "goes", delete=True))
    page = changes.after([Topic.parse("folder:/a")], start)
    assert {(message.doc_hash, message.folder) for message in page.messages} == {("leaves", "/c"), ("goes", "/")}


def test_each_topic_of_a_document_has_its_message(changes: Changes, records: LaggingRecords) -> None:
    start = changes.start()
    write(records, "doc", folder="/a")
    topics = [Topic.parse(text) for text in ("documents", "folder:/", "folder:/a", "folder:/b", "document:doc")]
    found = [message.topic for message in changes.after(topics, start).messages]
    assert sorted(found) == ["document:doc", "documents", "folder:/", "folder:/a"]


def test_who_watches_single_documents_reads_them_alone(changes: Changes, records: LaggingRecords, time: Time) -> None:
    start = changes.start()
    write(records, "one", "two", "three")
    time.seconds += 5
    topics = [Topic.parse("document:one"), Topic.parse("document:unknown")]
    assert told(changes.after(topics, start)) == [("one", 1)]
    assert all({*asked} <= {"one", "unknown"} for asked in records.many)
    time.seconds += 2 * OVERLAP_SECONDS
    later = changes.after(topics, changes.after(topics, start).cursor)
    assert told(later) == []


def test_pages_are_not_larger_than_a_frame_and_lead_to_all(
    changes: Changes, records: LaggingRecords, time: Time
) -> None:
    cursor = changes.start()
    names = [f"document-{number:04}" for number in range(500)]
    # Many at the very same time, too.
    for place, name in enumerate(names):
        time.seconds += 0 if place % 50 else 1
        write(records, name)
    found, pages, page = list[str](), 0, None
    while page is None or page.more:
        page = changes.after([DOCUMENTS], cursor)
        assert sum(len(message.to_json().encode()) + 1 for message in page.messages) < FRAME_MAX_BYTES
        found += [message.doc_hash for message in page.messages]
        cursor, pages = page.cursor, pages + 1
    assert sorted(found) == names
    assert pages > 3


def test_a_call_does_not_look_at_more_than_it_has_time_for(
    changes: Changes, records: LaggingRecords, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_module, "LOOKED_AT_MAX", 100)
    cursor = changes.start()
    for number in range(300):
        time.seconds += 0.01
        write(records, f"other-{number}", folder="/c")
    write(records, "wanted", folder="/a")
    found, pages, page = list[tuple[str, int]](), 0, None
    while page is None or page.more:
        page = changes.after([Topic.parse("folder:/a")], cursor)
        found += told(page)
        cursor, pages = page.cursor, pages + 1
    assert found == [("wanted", 1)]
    assert pages > 2
    assert records.many.count([]) == len(records.many) - 1, "records are read of what is told alone"


def test_what_left_a_folder_between_two_pages_is_told_however_late_these_are(
    changes: Changes, records: LaggingRecords, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_module, "TOLD_BYTES", 330)
    write(records, "one", "two", "leaves", folder="/a")
    time.seconds += 1000
    cursor = changes.start()
    write(records, "one", "two")
    page = changes.after([Topic.parse("folder:/a")], cursor)
    assert (told(page), page.more) == ([("one", 2)], True)
    write(records, "leaves", folder="/c")
    time.seconds += 1000
    write(records, "two")
    time.seconds += 1
    records.write(goes_on(records.records["leaves"], Status.PROCESSING, time()))
    page = changes.after([Topic.parse("folder:/a")], page.cursor)
    assert (told(page), page.more) == ([("two", 3)], True)
    assert told(changes.after([Topic.parse("folder:/a")], page.cursor)) == [("leaves", 3)]


def test_a_cursor_of_long_ago_says_to_load_anew(changes: Changes, records: LaggingRecords, time: Time) -> None:
    old = changes.start()
    write(records, "doc")
    time.seconds += 25 * 3600
    page = changes.after([DOCUMENTS], old)
    assert (page.messages, page.reload, page.more) == ([], True, False)
    write(records, "doc")
    assert told(changes.after([DOCUMENTS], page.cursor)) == [("doc", 2)]


def test_a_cursor_of_the_future_is_refused(changes: Changes, time: Time) -> None:
    with pytest.raises(InvalidCursor):
        changes.after([DOCUMENTS], Cursor(time=time.at(time.seconds + 3600)))


def test_clocks_that_are_apart_a_little_are_borne(changes: Changes, records: LaggingRecords, time: Time) -> None:
    cursor = changes.start()
    time.seconds += 60
    ahead = time.at(time.seconds + 20)
    records.write(accepted(None, ahead))
    page = changes.after([DOCUMENTS], cursor)
    assert told(page) == [("doc", 1)]
    assert told(changes.after([DOCUMENTS], page.cursor)) == [("doc", 1)]


# Whatever happens -----------------------------------------------------------------------------------------------------


@dataclass
class Client:
    """Knows what it was told, the newest of each document."""

    topic: Topic
    cursor: Cursor
    revisions: dict[str, int] = field(default_factory=dict)
    inside: dict[str, bool] = field(default_factory=dict)

    def take(self, page: ChangesPage) -> None:
        for message in page.messages:
            if message.revision > self.revisions.get(message.doc_hash, 0):
                self.revisions[message.doc_hash] = message.revision
                deleted = message.operation is Operation.DELETE
                self.inside[message.doc_hash] = not deleted and is_within(message.folder, self.topic.name or "/")
        self.cursor = page.cursor

    @property
    def shows(self) -> set[str]:
        return {doc_hash for doc_hash, inside in self.inside.items() if inside}


LAG = OVERLAP_SECONDS - 1
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("accept"),
            st.sampled_from(["one", "two", "three", "four"]),
            st.sampled_from([*FOLDERS, None, "delete"]),
            st.floats(0, LAG),
            st.floats(0, LAG),
        ),
        st.tuples(st.just("go on"), st.sampled_from(["one", "two", "three", "four"]), st.sampled_from(list(Status))),
        st.tuples(st.just("wait"), st.floats(0, 45)),
        st.tuples(st.just("ask")),
    ),
    max_size=40,
)


@settings(max_examples=examples(300))
@given(STEPS, st.sampled_from(["documents", "folder:/a"]), st.integers(1, 3))
def test_in_the_end_everything_is_known_as_it_is(steps: Iterable[tuple], text: str, in_a_page: int) -> None:  # type: ignore[type-arg]
    time = Time(100_000.0)
    records = LaggingRecords(time=time)
    changes = Changes(records, reading(time), time)
    client = Client(Topic.parse(text), changes.start())
    patch = pytest.MonkeyPatch()
    # A page has a few documents, and so has what is looked at.
    patch.setattr(changes_module, "TOLD_BYTES", in_a_page * 330)
    patch.setattr(changes_module, "LOOKED_AT_MAX", in_a_page)
    patch.setattr(changes_module, "FIRST_PAGE", 1)
    patch.setattr(changes_module, "PAGE", 2)
    with patch.context():
        for step in steps:
            match step:
                case ("accept", doc_hash, where, out_after, in_after):
                    time.seconds += 0.001
                    current, delete = records.get(doc_hash), where == "delete"
                    if delete and (current is None or current.operation is Operation.DELETE):
                        continue
                    new = accepted(current, time(), doc_hash, folder=None if delete else where, delete=delete)
                    records.write(new, out_after=out_after, in_after=in_after)
                case ("go on", doc_hash, status) if (current := records.get(doc_hash)) is not None:
                    time.seconds += 0.001
                    records.write(goes_on(current, status, time()))
                case ("wait", seconds):
                    time.seconds += seconds
                case ("ask",):
                    client.take(changes.after([client.topic], client.cursor))
        time.seconds += OVERLAP_SECONDS
        for _ in range(2):  # what was unsettled when a page was read comes after all pages
            page = changes.after([client.topic], client.cursor)
            client.take(page)
            while page.more:
                page = changes.after([client.topic], client.cursor)
                client.take(page)
    patch.undo()
    expected = {
        record.doc_hash
        for record in records.records.values()
        if record.operation is not Operation.DELETE and is_within(record.folder, client.topic.name or "/")
    }
    assert client.shows == expected
    for doc_hash in expected:
        assert client.revisions[doc_hash] == records.records[doc_hash].revision
