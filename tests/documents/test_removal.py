"""What is said of a deletion follows from the record and the settings, and from nothing else."""

from typing import Any

import pytest

from bloomweaver.documents import lifecycle
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.documents.removal import Place, Removal, Retention, State, removal
from bloomweaver.errors import NotDeleted
from bloomweaver.models.dead_letter import BranchTask, BranchWork, StateError
from bloomweaver.models.record import Branch, DocumentRecord, ErrorDetail, Operation, Outcome, StaleVersion, Status
from bloomweaver.recovery import mending
from tests.fakes import INDEX

ASKED = "2026-01-01T10:00:00.000000+00:00"
DONE = "2026-01-01T10:00:05.000000+00:00"
LATER = "2026-01-02T09:00:00.000000+00:00"
RETENTION = Retention(artifacts_days=30, versions_days=10, dead_letters_seconds=14 * 86400, logs_days=7)
STALE = [StaleVersion(version=1, index=INDEX, chunk_count=4, source="a" * 64)]
REFUSED = BranchResult(outcome=Outcome.DEAD_LETTERED, error=StateError(Error="AccessDenied"))
GONE = BranchResult(outcome=Outcome.REMOVED)


def deleting(**changes: Any) -> DocumentRecord:
    """A document whose DELETE was accepted and claimed."""
    base = DocumentRecord(
        doc_hash="doc", version=2, deleted_version=2, status=Status.DELETING, operation=Operation.DELETE,
        stale={"1": {INDEX: 4}}, sources={"1": "a" * 64}, correlation_id="c", created_at=ASKED, accepted_at=ASKED,
        updated_at=ASKED,
    )  # fmt: skip
    return base.model_copy(update=changes)


def settled(pinecone: BranchResult = GONE, s3: BranchResult = GONE) -> DocumentRecord:
    """The record after a run that removed what it could."""
    results = {Branch.PINECONE: pinecone, Branch.S3: s3}
    record, _ = lifecycle.settle(deleting(), Operation.DELETE, 2, 0, STALE, results, DONE, 9)
    assert record is not None
    return record


def told(record: DocumentRecord) -> tuple[Removal, dict[str, Place]]:
    found = removal(record, RETENTION)
    return found, {place.place: place for place in found.places}


def states(record: DocumentRecord) -> dict[str, State]:
    return {name: place.state for name, place in told(record)[1].items() if name in ("index", "backups", "source")}


def test_all_that_was_removed_says_when_and_until_when_copies_may_stay() -> None:
    found, places = told(settled())
    assert (found.removed, found.status, found.deleted_at) == (True, Status.DELETED, ASKED)
    assert (places["index"].removed_at, places["index"].copies_until) == (DONE, None)
    for name in ("backups", "source"):
        assert (places[name].removed_at, places[name].copies_until) == (DONE, "2026-01-12T00:00:00.000000+00:00")
        assert "10 days" in places[name].why
    assert places["artifacts"].copies_until == "2026-02-01T00:00:00.000000+00:00"
    assert places["dead_letters"].copies_until == "2026-01-15T10:00:05.000000+00:00"
    assert places["logs"].copies_until == "2026-01-11T10:00:05.000000+00:00"
    assert (places["record"].removed_at, places["record"].state) == (ASKED, State.REMOVED)


def test_while_the_run_is_under_way_nothing_counts_as_removed_and_no_end_is_named() -> None:
    found, places = told(deleting())
    assert not found.removed
    assert set(states(deleting()).values()) == {State.UNDER_WAY}
    assert {places[name].copies_until for name in ("index", "backups", "source", "artifacts", "logs")} == {None}
    assert "not over" in places["artifacts"].why


def test_a_dead_lettered_branch_says_so_and_the_other_one_that_it_is_done_only_when_it_is() -> None:
    record = settled(s3=REFUSED)
    assert record.status is Status.PARTIAL
    assert states(record) == {
        "index": State.UNDER_WAY, "backups": State.DEAD_LETTERED, "source": State.DEAD_LETTERED,
    }  # fmt: skip
    _, places = told(record)
    assert "redrive s3" in places["source"].why
    assert places["dead_letters"].state is State.DEAD_LETTERED


def test_a_redrive_ends_it() -> None:
    work = BranchWork(branch=Branch.S3, task=BranchTask.REMOVE, doc_hash="doc", version=2, stale=STALE)
    record, _ = mending.mend(settled(s3=REFUSED), work, LATER, 9)
    assert record is not None
    assert record.status is Status.DELETED
    _, places = told(record)
    assert (places["index"].removed_at, places["source"].removed_at) == (DONE, LATER)
    assert places["artifacts"].copies_until == "2026-02-02T00:00:00.000000+00:00"


def test_a_run_that_failed_says_why() -> None:
    error = ErrorDetail(type="StorageUnavailable", message="no table")
    _, places = told(deleting(status=Status.FAILED, error=error))
    assert places["index"].state is State.FAILED
    assert "StorageUnavailable: no table" in places["index"].why


def test_what_a_run_may_still_write_is_not_removed_yet() -> None:
    record = settled().model_copy(update={"sources": {"1": "a" * 64}, "writers": {"1": "arn"}})
    found, _ = told(record)
    assert not found.removed
    assert states(record)["source"] is State.UNDER_WAY
    assert states(record)["index"] is State.REMOVED


def test_one_that_was_deleted_before_these_times_were_noted_was_removed_by_its_last_change() -> None:
    record = deleting(status=Status.DELETED, stale={}, sources={}, updated_at=DONE)
    assert told(record)[1]["backups"].removed_at == DONE


def test_a_document_that_is_not_deleted_has_no_removal() -> None:
    with pytest.raises(NotDeleted, match="CREATE, indexed"):
        removal(deleting(operation=Operation.CREATE, status=Status.INDEXED), RETENTION)
