"""The rules of a redrive, on records alone."""

from typing import Any

import pytest

from bloomweaver.documents import lifecycle
from bloomweaver.documents.epoch import RecordsWithEpoch
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.errors import Superseded
from bloomweaver.models.dead_letter import BranchTask, DeadLetter
from bloomweaver.models.record import Branch, DocumentRecord, ErrorDetail, Operation, Outcome, StaleVersion, Status
from bloomweaver.pipeline.mend import mend as mend_record
from bloomweaver.recovery import mending
from bloomweaver.recovery.mending import Mending, MendingOutcome, NextStep, Verdict
from tests.fakes import INDEX, MemoryEpochs, MemoryRecords
from tests.recovery.dead_letters import ERROR, NOW, OLD, deleting, published, record, removal, unpublished, write

PINECONE, S3 = Branch.PINECONE, Branch.S3
DEAD, WRITTEN, REMOVED, NOT_REMOVED = (
    Outcome.DEAD_LETTERED,
    Outcome.WRITTEN,
    Outcome.REMOVED,
    Outcome.NOT_REMOVED,
)
LIMIT = 50
MENDED, SUPERSEDED = MendingOutcome.MENDED, MendingOutcome.SUPERSEDED
NEWER: dict[str, Any] = {"version": 4, "status": Status.QUEUED, "branches": {}, "error": None}


def mend(current: DocumentRecord | None, letter: DeadLetter, limit: int = LIMIT) -> tuple[DocumentRecord, Mending]:
    changed, mended = mending.mend(current, letter, NOW, limit)
    found = changed or current
    assert found is not None
    return found, mended


# What is worth running ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "letter", "verdict"),
    [
        (unpublished(), write(PINECONE), Verdict.RUN),
        (published(WRITTEN, DEAD), write(S3), Verdict.RUN),
        (unpublished(s3=DEAD), write(S3), Verdict.RUN),
        (published(NOT_REMOVED, WRITTEN, stale={"2": {INDEX: 4}}), removal(PINECONE), Verdict.RUN),
        (deleting(DEAD, REMOVED), removal(PINECONE), Verdict.RUN),
        # Nothing is left to do.
        (None, write(PINECONE), Verdict.DROP),
        (published(WRITTEN, DEAD), write(PINECONE), Verdict.DROP),
        (published(WRITTEN, WRITTEN, status=Status.INDEXED), write(S3), Verdict.DROP),
        (published(WRITTEN, WRITTEN, status=Status.INDEXED), removal(S3), Verdict.DROP),
        (deleting(REMOVED, REMOVED, status=Status.DELETED, stale={}), removal(S3), Verdict.DROP),
        # A redrive that died after its publish has something left to remove.
        (published(WRITTEN, WRITTEN, status=Status.INDEXED, stale={"2": {INDEX: 4}}), write(PINECONE), Verdict.RUN),
        (published(WRITTEN, NOT_REMOVED, stale={"2": {INDEX: 4}}), write(S3), Verdict.RUN),
        # Overtaken: only what is served, and what is to be removed, is worth it.
        (unpublished(**NEWER), write(PINECONE), Verdict.DROP),
        (unpublished(**NEWER), write(S3), Verdict.DROP),
        (published(WRITTEN, DEAD, **NEWER), write(PINECONE), Verdict.DROP),
        (published(WRITTEN, DEAD, **NEWER), write(S3), Verdict.RUN),
        (published(WRITTEN, DEAD, **NEWER, deleted_version=4), write(S3), Verdict.DROP),
        (published(WRITTEN, WRITTEN, **NEWER), removal(S3), Verdict.RUN),
        # Somebody else is at work, or has to be.
        (record(status=Status.QUEUED), write(PINECONE), Verdict.WAIT),
        (record(status=Status.PROCESSING), write(S3), Verdict.WAIT),
        (deleting(DEAD, REMOVED, status=Status.DELETING), removal(PINECONE), Verdict.WAIT),
        (published(WRITTEN, WRITTEN, status=Status.INDEXED, stale={"2": {INDEX: 4}}), removal(S3), Verdict.WAIT),
        (unpublished(status=Status.FAILED), write(PINECONE), Verdict.WAIT),
    ],
)
def test_a_letter_runs_only_while_it_has_something_to_do(
    current: DocumentRecord | None, letter: DeadLetter, verdict: Verdict
) -> None:
    judgement = mending.judge(letter, current)
    assert judgement.verdict is verdict
    assert bool(judgement.reason) == (verdict is not Verdict.RUN)


def test_what_is_or_may_be_served_is_never_removed_whatever_a_letter_says() -> None:
    stale = [StaleVersion(version=version, index=INDEX, chunk_count=1) for version in (1, 2, 3, 4, 5)]
    current = published(WRITTEN, NOT_REMOVED, indexed_version=2, version=4)
    assert [left.version for left in mending.removable(removal(S3, *stale), current)] == [1, 3]


def test_backups_may_be_written_of_the_latest_and_of_the_served_version() -> None:
    overtaken = published(WRITTEN, DEAD, **NEWER)
    assert mending.fence_backup(overtaken, 3, INDEX) is overtaken
    assert mending.fence_backup(overtaken, 4, INDEX) is overtaken
    for version, current in ((2, overtaken), (3, overtaken.model_copy(update={"deleted_version": 4})), (3, None)):
        with pytest.raises(Superseded):
            mending.fence_backup(current, version, INDEX)


# Writes ---------------------------------------------------------------------------------------------------------------


def test_vectors_that_were_missing_are_published_and_the_old_version_is_to_be_removed() -> None:
    mended, what = mend(unpublished(), write(PINECONE))
    assert (mended.status, mended.served_version, mended.chunk_count, mended.model) == (Status.INDEXED, 3, 5, "minilm")
    assert (mended.stale, mended.error) == ({"2": {INDEX: 4}}, None)
    assert what == Mending(outcome=MENDED, next=NextStep.BOTH, stale=[OLD])


def test_vectors_are_served_without_backups_and_the_document_stays_partial() -> None:
    mended, _ = mend(unpublished(s3=DEAD), write(PINECONE))
    assert (mended.status, mended.served_version) == (Status.PARTIAL, 3)
    assert mended.branches == {PINECONE: WRITTEN, S3: DEAD}
    assert mended.error == ErrorDetail(type="DeadLettered", message="dead letters are left for: s3")


def test_backups_that_were_missing_make_a_served_version_whole() -> None:
    mended, what = mend(published(WRITTEN, DEAD), write(S3))
    assert (mended.status, mended.error, mended.updated_at) == (Status.INDEXED, None, NOW)
    assert what == Mending(outcome=MENDED)


def test_backups_alone_publish_nothing() -> None:
    mended, what = mend(unpublished(s3=DEAD), write(S3))
    assert (mended.status, mended.served_version, mended.error) == (Status.PARTIAL, 2, ERROR)
    assert mended.branches == {PINECONE: DEAD, S3: WRITTEN}
    assert what.next is NextStep.NONE


@pytest.mark.parametrize("first", [PINECONE, S3])
def test_both_branches_mend_a_version_in_any_order(first: Branch) -> None:
    current = unpublished(s3=DEAD, indexed_version=0, chunk_count=0)
    for branch in (first, PINECONE if first is S3 else S3):
        current, what = mend(current, write(branch))
        assert what == Mending(outcome=MENDED)
    assert (current.status, current.served_version, current.stale) == (Status.INDEXED, 3, {})


def test_backups_are_not_whole_before_this_branch_has_removed_what_is_stale() -> None:
    # Its removal may be dead-lettered too, or be done long since: the record cannot tell.
    current = published(WRITTEN, DEAD, stale={"2": {INDEX: 4}})
    current, what = mend(current, write(S3))
    assert (current.status, current.branches[S3]) == (Status.PARTIAL, NOT_REMOVED)
    assert what == Mending(outcome=MENDED, next=NextStep.OWN, stale=[OLD])
    current, what = mend(current, removal(S3))
    assert (current.status, current.stale, what.next) == (Status.INDEXED, {}, NextStep.NONE)


@pytest.mark.parametrize("letter", [write(PINECONE), write(S3), removal(S3)])
def test_repeating_it_changes_nothing(letter: DeadLetter) -> None:
    before = {
        PINECONE: unpublished(indexed_version=0, chunk_count=0),
        S3: published(WRITTEN, DEAD if letter.task is BranchTask.WRITE else NOT_REMOVED),
    }[letter.branch]
    once, _ = mend(before, letter)
    assert mending.mend(once, letter, "later", LIMIT) == (None, Mending(outcome=MENDED))


def test_a_redrive_that_died_after_its_publish_goes_on_with_the_removals() -> None:
    published_already, _ = mend(unpublished(), write(PINECONE))
    assert mending.mend(published_already, write(PINECONE), "later", LIMIT) == (
        None,
        Mending(outcome=MENDED, next=NextStep.BOTH, stale=[OLD]),
    )


@pytest.mark.parametrize("branch", Branch)
def test_what_was_written_for_an_overtaken_version_is_removed_again(branch: Branch) -> None:
    overtaken = unpublished(**NEWER)
    own = StaleVersion(version=3, index=INDEX, chunk_count=5)
    assert mending.mend(overtaken, write(branch), NOW, LIMIT) == (
        None,
        Mending(outcome=SUPERSEDED, next=NextStep.OWN, stale=[own]),
    )


@pytest.mark.parametrize("branch", Branch)
def test_what_is_still_served_is_not_removed_with_an_overtaken_letter(branch: Branch) -> None:
    overtaken = published(WRITTEN, DEAD, **NEWER)
    assert mending.mend(overtaken, write(branch), NOW, LIMIT) == (None, Mending(outcome=SUPERSEDED))


def test_a_run_that_has_begun_anew_publishes_by_itself() -> None:
    again = unpublished(status=Status.PROCESSING, branches={})
    assert mending.mend(again, write(PINECONE), NOW, LIMIT) == (None, Mending(outcome=SUPERSEDED))


# Removals -------------------------------------------------------------------------------------------------------------


def test_stale_versions_are_forgotten_only_when_both_branches_removed_them() -> None:
    current = published(NOT_REMOVED, NOT_REMOVED, stale={"2": {INDEX: 4}})
    current, what = mend(current, removal(PINECONE))
    assert (current.status, current.stale, what.next) == (Status.PARTIAL, {"2": {INDEX: 4}}, NextStep.NONE)
    assert current.branches == {PINECONE: WRITTEN, S3: NOT_REMOVED}
    current, what = mend(current, removal(S3))
    assert (current.status, current.stale, what.next) == (Status.INDEXED, {}, NextStep.NONE)


def test_a_removal_does_not_hide_that_the_write_is_missing() -> None:
    current = published(WRITTEN, DEAD, stale={"2": {INDEX: 4}})
    assert mending.mend(current, removal(S3), NOW, LIMIT) == (None, Mending(outcome=MENDED))


@pytest.mark.parametrize("first", Branch)
def test_a_delete_is_done_when_both_branches_have_removed_everything(first: Branch) -> None:
    current = deleting(DEAD, DEAD)
    second = S3 if first is PINECONE else PINECONE
    current, _ = mend(current, removal(first))
    assert (current.status, current.stale, current.branches[second]) == (Status.PARTIAL, {"2": {INDEX: 4}}, DEAD)
    current, _ = mend(current, removal(second))
    assert (current.status, current.stale, current.error) == (Status.DELETED, {}, None)


def test_what_came_after_the_letter_is_removed_by_both_before_it_is_done() -> None:
    current = deleting(DEAD, REMOVED, stale={"1": {INDEX: 2}, "2": {INDEX: 4}})
    letter = removal(PINECONE, StaleVersion(version=1, index=INDEX, chunk_count=2))
    current, what = mend(current, letter, limit=1)
    assert (current.status, what.next, [stale.version for stale in what.stale]) == (Status.PARTIAL, NextStep.BOTH, [1])
    removed = {branch: BranchResult(outcome=REMOVED) for branch in Branch}
    while what.next is NextStep.BOTH:
        settled, _ = lifecycle.settle(current, Operation.DELETE, 3, None, what.stale, removed, NOW, 1)
        current, what = mend(settled, letter, limit=1)
    assert (current.status, current.stale) == (Status.DELETED, {})


def test_a_removal_of_an_overtaken_version_leaves_the_record_to_the_newer_one() -> None:
    overtaken = published(WRITTEN, WRITTEN, **NEWER, stale={"2": {INDEX: 4}})
    assert mending.mend(overtaken, removal(S3), NOW, LIMIT) == (None, Mending(outcome=SUPERSEDED))


# What the lifecycle leaves for it -------------------------------------------------------------------------------------


def test_a_failed_removal_says_whether_the_write_failed_too() -> None:
    results = {
        PINECONE: BranchResult(outcome=DEAD),
        S3: BranchResult(outcome=DEAD),
    }
    current = published(WRITTEN, DEAD, stale={"2": {INDEX: 4}})
    settled, _ = lifecycle.settle(current, Operation.UPDATE, 3, 0, [OLD], results, NOW, LIMIT)
    assert settled is not None
    assert settled.branches == {PINECONE: NOT_REMOVED, S3: DEAD}


def test_what_a_branch_could_not_remove_is_known_even_if_somebody_else_forgot_it() -> None:
    results = {PINECONE: BranchResult(outcome=DEAD), S3: BranchResult(outcome=REMOVED)}
    settled, _ = lifecycle.settle(
        published(WRITTEN, WRITTEN, stale={}), Operation.UPDATE, 3, 0, [OLD], results, NOW, LIMIT
    )
    assert settled is not None
    assert settled.stale == {"2": {INDEX: 4}}


# The epoch of what is served ------------------------------------------------------------------------------------------


def test_the_epoch_moves_before_a_mended_version_is_served_and_not_again() -> None:
    records, epochs = MemoryRecords({"doc": unpublished()}), MemoryEpochs()
    for _ in range(2):
        mend_record(RecordsWithEpoch(records, epochs), lambda: NOW, work=write(PINECONE), stale_limit=LIMIT)
        assert (records.records["doc"].served_version, epochs.number) == (3, 1)


def test_the_epoch_stands_where_backups_are_mended() -> None:
    records, epochs = MemoryRecords({"doc": published(WRITTEN, DEAD)}), MemoryEpochs()
    mend_record(RecordsWithEpoch(records, epochs), lambda: NOW, work=write(S3), stale_limit=LIMIT)
    assert (records.records["doc"].branches[S3], epochs.number) == (WRITTEN, 0)
