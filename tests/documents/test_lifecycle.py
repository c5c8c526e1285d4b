"""The fence, the publish and the endings, as rules on a record."""

import pytest

from bloomweaver.documents import lifecycle
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.errors import Superseded
from bloomweaver.models.dead_letter import StateError
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import (
    Branch,
    DocumentRecord,
    ErrorDetail,
    Operation,
    Outcome,
    StaleVersion,
    Status,
)
from tests.fakes import INDEX, MODEL

NOW = "2026-01-01T00:00:00.000000+00:00"
LIMIT = 50
ERROR = StateError(Error="VectorIndexRejected", Cause='{"errorMessage": "no such index", "errorType": "x"}')


def record(**changes: object) -> DocumentRecord:
    base = DocumentRecord(
        doc_hash="doc",
        version=2,
        status=Status.PROCESSING,
        operation=Operation.UPDATE,
        index=INDEX,
        correlation_id="c",
        created_at=NOW,
        updated_at=NOW,
    )
    return base.model_copy(update=changes)


def results(pinecone: Outcome, s3: Outcome) -> dict[Branch, BranchResult]:
    def result(outcome: Outcome) -> BranchResult:
        return BranchResult(outcome=outcome, error=ERROR if outcome is Outcome.DEAD_LETTERED else None)

    return {Branch.PINECONE: result(pinecone), Branch.S3: result(s3)}


WRITTEN = results(Outcome.WRITTEN, Outcome.WRITTEN)
REMOVED = results(Outcome.REMOVED, Outcome.REMOVED)


def test_claim_is_fenced() -> None:
    with pytest.raises(Superseded, match="version 3 was accepted after version 2"):
        lifecycle.claim(record(version=3), 2, 0, "arn", NOW)
    with pytest.raises(Superseded):
        lifecycle.claim(None, 2, 0, "arn", NOW)


def test_claim_of_a_published_version_does_not_write_it_again() -> None:
    with pytest.raises(Superseded, match="published already"):
        lifecycle.claim(record(indexed_version=2, status=Status.INDEXED), 2, 0, "arn", NOW)


def test_publish_serves_the_new_version_and_makes_the_old_one_stale() -> None:
    current = record(indexed_version=1, chunk_count=4, stale={"2": {INDEX: 6}})
    published, ending = lifecycle.publish(current, 2, 0, WRITTEN, MODEL, INDEX, NOW, LIMIT)
    assert published is not None
    assert (published.indexed_version, published.chunk_count, published.status) == (2, 6, Status.INDEXED)
    assert published.stale == {"1": {INDEX: 4}}
    assert ending.stale == [StaleVersion(version=1, index=INDEX, chunk_count=4)]


def test_publish_is_fenced() -> None:
    with pytest.raises(Superseded):
        lifecycle.publish(record(version=3, stale={"2": {INDEX: 6}}), 2, 0, WRITTEN, MODEL, INDEX, NOW, LIMIT)


def test_publish_twice_is_as_once_even_after_a_newer_version_came() -> None:
    first, ending = lifecycle.publish(
        record(indexed_version=1, chunk_count=4, stale={"2": {INDEX: 6}}), 2, 0, WRITTEN, MODEL, INDEX, NOW, 9
    )
    assert first is not None
    assert lifecycle.publish(first, 2, 0, WRITTEN, MODEL, INDEX, NOW, 9) == (None, ending)
    # A retry that came late must not take the served version for a superseded one, whose data is removed.
    overtaken = first.model_copy(update={"version": 3, "status": Status.QUEUED})
    repeated = lifecycle.publish(overtaken, 2, 0, WRITTEN, MODEL, INDEX, NOW, 9)[1]
    assert (repeated.status, repeated.error) == ("superseded", None), "queued is the newer operation's status"
    assert repeated.stale == ending.stale


def test_version_without_vectors_is_not_served() -> None:
    current = record(indexed_version=1, chunk_count=4, stale={"2": {INDEX: 6}})
    outcome = results(Outcome.DEAD_LETTERED, Outcome.WRITTEN)
    partial, ending = lifecycle.publish(current, 2, 0, outcome, MODEL, INDEX, NOW, LIMIT)
    assert partial is not None
    assert (partial.indexed_version, partial.status, ending.status) == (1, Status.PARTIAL, "partial")
    assert partial.error == ErrorDetail(type="VectorIndexRejected", message="no such index")
    assert partial.stale == {"2": {INDEX: 6}}, "what it may have written stays known"
    assert ending.stale == []


def test_version_without_backups_is_served_and_partial() -> None:
    current = record(indexed_version=1, chunk_count=4, stale={"2": {INDEX: 6}})
    outcome = results(Outcome.WRITTEN, Outcome.DEAD_LETTERED)
    published, ending = lifecycle.publish(current, 2, 0, outcome, MODEL, INDEX, NOW, LIMIT)
    assert published is not None
    assert (published.indexed_version, published.status) == (2, Status.PARTIAL)
    assert published.branches == {Branch.PINECONE: Outcome.WRITTEN, Branch.S3: Outcome.DEAD_LETTERED}
    assert ending.stale == [StaleVersion(version=1, index=INDEX, chunk_count=4)]


def test_next_publish_cleans_up_after_versions_that_failed() -> None:
    current = record(
        version=5, indexed_version=1, chunk_count=4, stale={"3": {INDEX: 7}, "4": {INDEX: 8}, "5": {INDEX: 9}}
    )
    _, ending = lifecycle.publish(current, 5, 0, WRITTEN, MODEL, INDEX, NOW, LIMIT)
    assert [stale.version for stale in ending.stale] == [1, 3, 4]


def test_stale_list_that_travels_is_bounded() -> None:
    stale = {str(version): {INDEX: 1} for version in range(1, 101)}
    _, ending = lifecycle.publish(record(version=100, stale=stale), 100, 0, WRITTEN, MODEL, INDEX, NOW, 10)
    assert [entry.version for entry in ending.stale] == list(range(1, 11))
    assert ending.stale_count == 10


def test_settle_forgets_what_is_removed_and_names_the_rest() -> None:
    current = record(indexed_version=2, status=Status.INDEXED, stale={"1": {INDEX: 4}})
    settled, ending = lifecycle.settle(
        current, Operation.UPDATE, 2, 0, [StaleVersion(version=1, index=INDEX, chunk_count=4)], REMOVED, NOW, LIMIT
    )
    assert settled is not None
    assert settled.stale == {}
    assert (ending.status, ending.stale) == ("indexed", [])


def test_settle_with_a_dead_letter_keeps_the_stale_version_and_says_partial() -> None:
    current = record(
        indexed_version=2,
        status=Status.INDEXED,
        stale={"1": {INDEX: 4}},
        branches={Branch.PINECONE: Outcome.WRITTEN, Branch.S3: Outcome.WRITTEN},
    )
    outcome = results(Outcome.DEAD_LETTERED, Outcome.REMOVED)
    removed = [StaleVersion(version=1, index=INDEX, chunk_count=4)]
    settled, ending = lifecycle.settle(current, Operation.UPDATE, 2, 0, removed, outcome, NOW, LIMIT)
    assert settled is not None
    assert settled.stale == {"1": {INDEX: 4}}
    assert settled.served_version == 2
    assert (settled.status, ending.status, ending.stale) == (Status.PARTIAL, "partial", [])
    assert settled.branches == {Branch.PINECONE: Outcome.NOT_REMOVED, Branch.S3: Outcome.WRITTEN}
    assert ending.error is not None


def test_settle_of_a_superseded_version_leaves_the_newer_one_alone() -> None:
    current = record(version=3, status=Status.QUEUED, stale={"2": {INDEX: 6}})
    settled, ending = lifecycle.settle(
        current, Operation.UPDATE, 2, 0, [StaleVersion(version=2, index=INDEX, chunk_count=6)], REMOVED, NOW, LIMIT
    )
    assert settled is not None
    assert (settled.status, settled.stale, ending.status) == (Status.QUEUED, {}, "superseded")


def test_delete_removes_what_was_indexed_and_what_was_left_over() -> None:
    current = record(
        version=3, operation=Operation.DELETE, status=Status.DELETING, deleted_version=3,
        indexed_version=2, chunk_count=5, stale={"1": {INDEX: 4}},
    )  # fmt: skip
    claimed, ending = lifecycle.claim_delete(current, 3, 0, "arn", NOW, LIMIT)
    assert claimed is not None
    assert claimed.indexed_version == 0
    assert {stale.version: stale.chunk_count for stale in ending.stale} == {1: 4, 2: 5}
    deleted, ending = lifecycle.settle(claimed, Operation.UPDATE, 3, 0, ending.stale, REMOVED, NOW, LIMIT)
    assert deleted is not None
    assert (deleted.status, deleted.stale, ending.status) == (Status.DELETED, {}, "deleted")


def test_overtaken_delete_still_removes_and_leaves_the_newer_status_alone() -> None:
    current = record(version=4, status=Status.QUEUED, deleted_version=3, indexed_version=2, chunk_count=5)
    claimed, ending = lifecycle.claim_delete(current, 3, 0, "arn", NOW, LIMIT)
    assert claimed is not None
    assert (claimed.status, claimed.execution_arn) == (Status.QUEUED, None)
    assert [stale.version for stale in ending.stale] == [2]


def test_overtaken_delete_does_not_touch_a_newer_published_version() -> None:
    current = record(version=4, status=Status.INDEXED, deleted_version=3, indexed_version=4, chunk_count=5)
    assert lifecycle.claim_delete(current, 3, 0, "arn", NOW, LIMIT) == (
        None,
        lifecycle.Ending(status=Status.INDEXED, stale=[]),
    )


def test_delete_with_a_dead_letter_is_partial_and_forgets_nothing() -> None:
    current = record(
        version=3, operation=Operation.DELETE, status=Status.DELETING, deleted_version=3, stale={"2": {INDEX: 5}}
    )  # fmt: skip
    outcome = results(Outcome.REMOVED, Outcome.DEAD_LETTERED)
    settled, ending = lifecycle.settle(
        current, Operation.UPDATE, 3, 0, [StaleVersion(version=2, index=INDEX, chunk_count=5)], outcome, NOW, LIMIT
    )
    assert settled is not None
    assert (settled.status, ending.status, settled.stale) == (Status.PARTIAL, "partial", {"2": {INDEX: 5}})


def test_delete_of_many_leftovers_goes_round_until_none_is_left() -> None:
    current = record(
        version=9,
        operation=Operation.DELETE,
        status=Status.DELETING,
        stale={"1": {INDEX: 1}, "2": {INDEX: 1}, "3": {INDEX: 1}},
    )
    _, ending = lifecycle.claim_delete(current, 9, 0, "arn", NOW, 2)
    settled, ending = lifecycle.settle(current, Operation.DELETE, 9, 0, ending.stale, REMOVED, NOW, 2)
    assert settled is not None
    assert (ending.status, [stale.version for stale in ending.stale]) == ("deleting", [3])
    settled, ending = lifecycle.settle(settled, Operation.DELETE, 9, 0, ending.stale, REMOVED, NOW, 2)
    assert ending.status == "deleted"


def test_register_is_fenced_and_notes_the_version_before_it_is_written() -> None:
    registered, _ = lifecycle.register(record(), 2, 0, 7, INDEX)
    assert registered is not None
    assert registered.stale == {"2": {INDEX: 7}}
    with pytest.raises(Superseded):
        lifecycle.register(record(version=3), 2, 0, 7, INDEX)


def test_failure_is_written_on_the_record_of_the_version_that_failed_alone() -> None:
    error = ErrorDetail(type="ExtractionFailed", message="the PDF is encrypted")
    failed, _ = lifecycle.fail(record(indexed_version=1), Operation.UPDATE, 2, 0, error, NOW)
    assert failed is not None
    assert (failed.status, failed.error, failed.served_version) == (Status.FAILED, error, 1)
    assert lifecycle.fail(record(version=3), Operation.UPDATE, 2, 0, error, NOW) == (None, None)
    assert lifecycle.fail(record(indexed_version=2, status=Status.INDEXED), Operation.UPDATE, 2, 0, error, NOW) == (
        None,
        None,
    )


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ('{"errorMessage": "too slow", "stackTrace": []}', "too slow"),
        ("plain words", "plain words"),
        ('["a list"]', '["a list"]'),
        ("", "no cause was given"),
    ],
)
def test_cause_becomes_a_message_for_people(cause: str, message: str) -> None:
    assert StateError(Error="E", Cause=cause).detail() == ErrorDetail(type="E", message=message)


def test_an_older_attempt_changes_nothing() -> None:
    current = record(attempt=1, stale={"2": {INDEX: 6}}, writers={"2": "arn-1"}, execution_arn="arn-1")
    error = ErrorDetail(type="ExtractionFailed", message="no text")
    with pytest.raises(Superseded, match="attempt 1 at version 2 took over from attempt 0"):
        lifecycle.claim(current, 2, 0, "arn-0", NOW)
    with pytest.raises(Superseded):
        lifecycle.register(current, 2, 0, 6, INDEX)
    assert lifecycle.publish(current, 2, 0, WRITTEN, MODEL, INDEX, NOW, LIMIT) == (
        None,
        lifecycle.Ending(status="superseded"),
    )
    assert lifecycle.fail(current, Operation.UPDATE, 2, 0, error, NOW) == (None, None)
    assert lifecycle.claim(current, 2, 1, "arn-1", NOW)[0].status is Status.PROCESSING


def test_a_version_that_failed_is_never_taken_up_again() -> None:
    failed = record(status=Status.FAILED)
    with pytest.raises(Superseded, match="failed for good"):
        lifecycle.claim(failed, 2, 0, "arn", NOW)
    with pytest.raises(Superseded):
        lifecycle.publish(failed, 2, 0, WRITTEN, MODEL, INDEX, NOW, LIMIT)


def test_a_version_that_somebody_may_still_write_is_left_to_its_run() -> None:
    current = record(
        version=3, stale={"1": {INDEX: 4}, "2": {INDEX: 6}, "3": {INDEX: 5}}, writers={"2": "arn-2", "3": "arn-3"}
    )
    published, ending = lifecycle.publish(current, 3, 0, WRITTEN, MODEL, INDEX, NOW, LIMIT)
    assert published is not None
    assert [stale.version for stale in ending.stale] == [1]
    assert published.writers == {"2": "arn-2"}
    own = [StaleVersion(version=2, index=INDEX, chunk_count=6)]
    settled, _ = lifecycle.settle(published, Operation.UPDATE, 2, 0, own, REMOVED, NOW, LIMIT)
    assert settled is not None
    assert (settled.stale, settled.writers) == ({"1": {INDEX: 4}}, {})


def test_a_message_without_an_attempt_is_of_the_first_one() -> None:
    old = '{"operation": "CREATE", "doc_hash": "doc", "version": 1, "correlation_id": "c"}'
    assert OperationMessage.model_validate_json(old).attempt == 0


def test_warnings_are_those_of_the_latest_content_that_was_read() -> None:
    noted, _ = lifecycle.register(record(), 2, 0, 7, INDEX, ["page 2 of 3 has no text"])
    assert noted is not None
    assert noted.warnings == ["page 2 of 3 has no text"]

    kept, _ = lifecycle.register(noted, 2, 0, 7, INDEX)
    assert kept is not None
    assert kept.warnings == noted.warnings

    cleared, _ = lifecycle.register(noted, 2, 0, 7, INDEX, ())
    assert cleared is not None
    assert cleared.warnings == []
