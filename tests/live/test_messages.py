"""What is sent: whole messages, in frames that a connection carries."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.live.messages import FRAME_MAX_BYTES, DocumentMessage, Frame, FrameError, pack
from bloomweaver.live.topics import Topic
from bloomweaver.models.record import ErrorDetail, Status
from tests.live.documents import accepted, goes_on
from tests.live.memory_live import Time

TIME = Time()
DOCUMENTS = Topic.parse("documents")


def test_a_message_says_where_a_document_stands() -> None:
    record = goes_on(accepted(None, TIME.at(0), folder="/a"), Status.INDEXED, TIME.at(5))
    assert json.loads(DocumentMessage.of(record, DOCUMENTS).to_json()) == {
        "topic": "documents",
        "type": "document",
        "at": TIME.at(5),
        "revision": 2,
        "doc_hash": "doc",
        "title": "The title of doc",
        "folder": "/a",
        "status": "indexed",
        "operation": "CREATE",
        "version": 1,
        "indexed_version": 1,
        "progress": None,
        "error": None,
    }


def test_nothing_of_a_deleted_document_is_told_but_that_it_is() -> None:
    record = goes_on(accepted(None, TIME.at(0), folder="/a"), Status.INDEXED, TIME.at(5))
    message = DocumentMessage.of(accepted(record, TIME.at(9), delete=True), DOCUMENTS)
    assert (message.title, message.folder, message.status) == (None, "/", "deleting")
    assert (message.version, message.indexed_version) == (2, 0)


def test_an_error_is_told_as_far_as_it_can_be_read() -> None:
    failed = goes_on(accepted(None, TIME.at(0)), Status.FAILED, TIME.at(5))
    error = ErrorDetail(type="ExtractionFailed", message="no text " * 1000)
    message = DocumentMessage.of(failed.model_copy(update={"error": error}), DOCUMENTS)
    assert message.error is not None
    assert message.error.type == "ExtractionFailed"
    assert message.error.message.startswith("no text no text")
    assert len(message.error.message) == 1000


@given(st.lists(st.text(max_size=9000).map(lambda text: json.dumps(text, ensure_ascii=False)), max_size=30))
def test_messages_come_in_their_order_in_frames_that_are_not_too_large(texts: list[str]) -> None:
    frame = Frame(cursor="c" * 300, answer="subscribe", topic="folder:/" + "x" * 500)
    sent = [frame.to_json(each) for each in pack(texts)]
    assert all(len(each.encode()) <= FRAME_MAX_BYTES for each in sent)
    assert [message for each in sent for message in json.loads(each)["messages"]] == [json.loads(t) for t in texts]
    assert all(json.loads(each)["messages"] for each in sent)


def test_the_longest_message_that_there_can_be_fits_into_a_frame() -> None:
    folder = "/" + "\u00e9" * 511
    record = accepted(None, TIME.at(0), "d" * 128, folder=folder)
    error = ErrorDetail(type="E" * 100, message="\0" * 5000)
    longest = record.model_copy(update={"title": "\0" * 1024, "error": error})
    assert len(pack([DocumentMessage.of(longest, Topic.parse(f"folder:{folder}")).to_json()])) == 1


def test_a_frame_says_nothing_that_it_has_not_to_say() -> None:
    assert json.loads(Frame(cursor=None).to_json()) == {"messages": [], "cursor": None}
    error = FrameError(code="over", detail="time is up")
    assert json.loads(Frame(cursor="c", answer="ping", more=True, error=error).to_json()) == {
        "messages": [],
        "cursor": "c",
        "answer": "ping",
        "more": True,
        "error": {"code": "over", "detail": "time is up"},
    }
