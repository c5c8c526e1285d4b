"""What the webhook makes of a request, given the record."""

from dataclasses import replace

import pytest

from bloomweaver.documents.acceptance import Submission, accept
from bloomweaver.errors import StaleSourceVersion, UnknownDocument
from bloomweaver.models.record import DocumentRecord, Operation, Status

NOW = "2026-01-01T00:00:00.000000+00:00"
CREATE = Submission(
    operation=Operation.CREATE,
    doc_hash="doc",
    correlation_id="c-1",
    content_type="text/plain",
    content_sha256="aaa",
    artifact="raw/doc/aaa",
    title="A title",
    metadata={"kind": "note"},
)
UPDATE = replace(CREATE, operation=Operation.UPDATE, content_sha256="bbb", artifact="raw/doc/bbb")
DELETE = Submission(operation=Operation.DELETE, doc_hash="doc", correlation_id="c-2")


def accepted(current: DocumentRecord | None, submission: Submission) -> DocumentRecord:
    record, answer = accept(current, submission, NOW)
    assert record is not None
    assert answer.status == "queued"
    return record


def indexed(record: DocumentRecord) -> DocumentRecord:
    return record.model_copy(update={"status": Status.INDEXED, "indexed_version": record.version, "chunk_count": 3})


def test_first_create_takes_version_one() -> None:
    record, answer = accept(None, CREATE, NOW)
    assert record is not None
    assert (record.version, record.status, record.operation) == (1, Status.QUEUED, Operation.CREATE)
    assert answer.message is not None
    assert answer.message.version == 1


def test_update_of_an_unknown_document_runs_as_create() -> None:
    assert accepted(None, UPDATE).operation is Operation.CREATE


def test_create_of_a_known_document_runs_as_update() -> None:
    first = accepted(None, CREATE)
    assert accepted(first, replace(CREATE, content_sha256="ccc")).operation is Operation.UPDATE


def test_versions_count_on_over_a_delete() -> None:
    first = indexed(accepted(None, CREATE))
    deleted = accepted(first, DELETE)
    again = accepted(deleted, CREATE)
    assert (first.version, deleted.version, again.version) == (1, 2, 3)
    assert again.operation is Operation.CREATE


@pytest.mark.parametrize("status", [Status.QUEUED, Status.PROCESSING, Status.INDEXED])
def test_same_content_on_its_way_or_there_is_unchanged(status: Status) -> None:
    first = accepted(None, CREATE).model_copy(update={"status": status})
    record, answer = accept(first, CREATE, NOW)
    assert record is None
    assert (answer.status, answer.version) == ("unchanged", 1)


@pytest.mark.parametrize("status", [Status.FAILED, Status.PARTIAL])
def test_same_content_after_a_failure_runs_again(status: Status) -> None:
    first = accepted(None, CREATE).model_copy(update={"status": status})
    assert accepted(first, CREATE).version == 2


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"title": None},
        {"language": "de"},
        {"metadata": {"kind": "page"}},
        {"metadata": {"kind": "note", "more": True}},
        {"content_type": "text/markdown"},
        {"content_sha256": "ddd"},
    ],
)
def test_any_change_is_a_change(change: dict[str, object]) -> None:
    first = indexed(accepted(None, CREATE))
    assert accepted(first, replace(CREATE, **change)).version == 2  # type: ignore[arg-type]


def test_what_was_detected_is_no_request_for_a_language() -> None:
    first = indexed(accepted(None, CREATE)).model_copy(update={"detected_language": "en"})
    assert accept(first, CREATE, NOW)[1].status == "unchanged"
    named = accepted(first, replace(CREATE, language="en"))
    assert (named.version, named.language, named.detected_language) == (2, "en", None)
    assert accepted(indexed(named), CREATE).language is None


def test_metadata_of_another_type_is_a_change() -> None:
    first = indexed(accepted(None, replace(CREATE, metadata={"n": 1})))
    assert accepted(first, replace(CREATE, metadata={"n": True})).version == 2
    assert accepted(first, replace(CREATE, metadata={"n": 1.0})).version == 2


def test_message_goes_out_again_while_none_is_known_to_have_arrived() -> None:
    queued = accepted(None, CREATE)
    assert accept(queued, CREATE, NOW)[1].message is not None
    processing = queued.model_copy(update={"status": Status.PROCESSING})
    assert accept(processing, CREATE, NOW)[1].message is None


def test_older_source_version_is_refused_even_if_unchanged() -> None:
    first = indexed(accepted(None, replace(CREATE, source_version=5)))
    with pytest.raises(StaleSourceVersion, match="4 is not newer than 5"):
        accept(first, replace(UPDATE, source_version=4), NOW)
    with pytest.raises(StaleSourceVersion):
        accept(first, replace(CREATE, source_version=4), NOW)


def test_equal_source_version_is_a_repetition_or_refused() -> None:
    first = indexed(accepted(None, replace(CREATE, source_version=5)))
    assert accept(first, replace(CREATE, source_version=5), NOW)[1].status == "unchanged"
    with pytest.raises(StaleSourceVersion):
        accept(first, replace(UPDATE, source_version=5), NOW)


@pytest.mark.parametrize("status", [Status.FAILED, Status.PARTIAL])
def test_what_failed_is_run_again_when_it_is_sent_again_as_it_was(status: Status) -> None:
    for first, again in ((None, CREATE), (indexed(accepted(None, CREATE)), DELETE)):
        sent = replace(again, source_version=5)
        failed = accepted(first, sent).model_copy(update={"status": status})
        record, answer = accept(failed, sent, NOW)
        assert record is not None
        assert (record.version, answer.status) == (failed.version + 1, "queued")
        with pytest.raises(StaleSourceVersion):
            accept(failed, replace(UPDATE, source_version=5), NOW)


def test_newer_source_version_of_unchanged_content_is_remembered() -> None:
    first = indexed(accepted(None, replace(CREATE, source_version=5)))
    record, answer = accept(first, replace(CREATE, source_version=9), NOW)
    assert record is not None
    assert (record.source_version, record.version, answer.status) == (9, 1, "unchanged")
    with pytest.raises(StaleSourceVersion):
        accept(record, replace(UPDATE, source_version=7), NOW)


def test_tombstone_refuses_a_late_event() -> None:
    deleted = accepted(indexed(accepted(None, replace(CREATE, source_version=5))), replace(DELETE, source_version=8))
    with pytest.raises(StaleSourceVersion):
        accept(deleted, replace(UPDATE, source_version=6), NOW)


def test_delete_of_an_unknown_document_is_refused() -> None:
    with pytest.raises(UnknownDocument, match="'doc'"):
        accept(None, DELETE, NOW)


def test_accepted_delete_is_served_no_more() -> None:
    first = indexed(accepted(None, CREATE))
    assert first.served_version == 1
    deleting = accepted(first, DELETE)
    assert (deleting.status, deleting.served_version) == (Status.DELETING, 0)


def test_second_delete_is_unchanged() -> None:
    deleting = accepted(indexed(accepted(None, CREATE)), DELETE)
    assert accept(deleting, DELETE, NOW)[1].status == "unchanged"
    deleted = deleting.model_copy(update={"status": Status.DELETED})
    assert accept(deleted, DELETE, NOW)[1].status == "unchanged"


def test_delete_that_failed_runs_again() -> None:
    partial = accepted(indexed(accepted(None, CREATE)), DELETE).model_copy(update={"status": Status.PARTIAL})
    assert accepted(partial, DELETE).version == 3


def test_document_created_again_before_its_delete_ran_does_not_serve_the_deleted_text() -> None:
    deleting = accepted(indexed(accepted(None, CREATE)), DELETE)
    again = accepted(deleting, UPDATE)
    assert again.indexed_version == 1
    assert again.served_version == 0
