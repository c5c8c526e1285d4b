"""What is said of how far something is: four states that differ, and counts of real things alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.models.record import Branch, DocumentRecord, Status
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.progress.notes import Cut, DocumentNotes, OperationNotes, Part, counted
from bloomweaver.progress.progress import STALLED_SECONDS, PressAction, Progress, ProgressUnit, State
from bloomweaver.progress.saying import of_document, of_operation
from tests.live.documents import accepted, goes_on
from tests.live.memory_live import Time

TIME = Time()
ACCEPTED = accepted(None, TIME.at(0))
CLAIMED = goes_on(ACCEPTED, Status.PROCESSING, TIME.at(5)).model_copy(update={"execution_arn": "arn"})
NOTES = DocumentNotes(step=3, at=TIME.at(60), cut=Cut("index", 100, 30), embedded=32)
OPERATION = OperationNotes(
    id="one",
    machine=StateMachine.REINDEX,
    step=4,
    at=TIME.at(50),
    started_at=TIME.at(10),
    phase="moving",
    done=3,
    of=10,
    unit=ProgressUnit.DOCUMENTS,
)


def said(record: DocumentRecord, notes: DocumentNotes | None = None, waiting: int | None = None) -> Progress:
    progress = of_document(record, notes, waiting, TIME.at(90))
    assert progress is not None
    return progress


@pytest.mark.parametrize("status", [Status.INDEXED, Status.FAILED, Status.PARTIAL, Status.DELETED])
def test_of_what_is_over_nothing_is_said(status: Status) -> None:
    assert of_document(goes_on(CLAIMED, status, TIME.at(9)), NOTES, 5, TIME.at(90)) is None


def test_what_waits_says_about_how_many_do_and_is_not_stalled_while_others_wait_too() -> None:
    progress = said(ACCEPTED, waiting=30)
    assert (progress.state, progress.waiting, progress.since, progress.at) == ("queued", 30, TIME.at(0), TIME.at(90))
    assert (progress.stalled_after, progress.done, progress.of) == (None, None, None)


def test_what_waits_alone_is_stalled_some_time_after_it_was_sent() -> None:
    progress = said(ACCEPTED, waiting=0)
    assert progress.stalled_after == TIME.at(STALLED_SECONDS)
    assert progress.press.action is PressAction.SWEEP


def test_of_a_queue_that_cannot_be_asked_nothing_is_known() -> None:
    progress = said(ACCEPTED, waiting=None)
    assert (progress.waiting, progress.stalled_after, progress.at) == (None, None, TIME.at(0))


def test_a_later_look_at_a_queue_is_newer() -> None:
    first = of_document(ACCEPTED, None, 30, TIME.at(90))
    later = of_document(ACCEPTED, None, 10, TIME.at(95))
    assert first is not None
    assert later is not None
    assert later.step > first.step


def test_a_deletion_waits_until_a_run_has_it() -> None:
    deleting = accepted(ACCEPTED, TIME.at(3), delete=True)
    assert said(deleting, waiting=1).state is State.QUEUED
    assert said(deleting.model_copy(update={"execution_arn": "arn"})).state is State.RUNNING


def test_what_is_worked_on_without_a_note_has_no_counts() -> None:
    progress = said(CLAIMED)
    assert (progress.state, progress.step, progress.since) == ("running", 0, TIME.at(5))
    assert (progress.done, progress.of, progress.phase) == (None, None, None)
    assert progress.stalled_after == TIME.at(5 + STALLED_SECONDS)


def test_passages_are_counted_with_those_that_are_reused() -> None:
    progress = said(CLAIMED, NOTES)
    assert (progress.done, progress.of, progress.unit, progress.reused) == (62, 100, ProgressUnit.PASSAGES, 30)
    assert (progress.phase, progress.step, progress.at) == ("embedding", 3, TIME.at(60))
    assert progress.stalled_after == TIME.at(60 + STALLED_SECONDS)


def test_when_all_are_embedded_they_are_written() -> None:
    progress = said(CLAIMED, replace(NOTES, embedded=70, written=frozenset({Branch.S3})))
    assert (progress.done, progress.phase, progress.written) == (100, "writing", [Branch.S3])


def test_who_waits_for_an_instance_is_not_running_and_says_since_when_and_for_how_long() -> None:
    progress = said(CLAIMED, DocumentNotes(step=2, at=TIME.at(40), waking_since=TIME.at(8)))
    assert (progress.state, progress.since, progress.usual_seconds) == ("waking", TIME.at(8), 145)
    assert (progress.done, progress.of) == (None, None)
    assert progress.stalled_after == TIME.at(8 + STALLED_SECONDS)
    assert progress.press.action is PressAction.SHOW_RUNS


@given(
    passages=st.integers(min_value=1, max_value=10**6),
    reused=st.integers(min_value=0, max_value=10**6),
    embedded=st.integers(min_value=0, max_value=10**6),
)
def test_no_count_is_more_than_there_is(passages: int, reused: int, embedded: int) -> None:
    progress = said(CLAIMED, replace(NOTES, cut=Cut("index", passages, reused), embedded=embedded))
    assert progress.of == passages
    assert progress.done is not None
    assert 0 <= progress.done <= passages


def test_a_part_that_is_noted_twice_counts_once() -> None:
    parts = {str(Part("0", 32)), str(Part("1", 32)), str(Part("1", 32)), str(Part("2", 7))}
    assert counted(parts) == 71
    assert counted([]) == 0


def test_an_operation_says_how_much_of_what_it_has_done() -> None:
    progress = of_operation(OPERATION)
    assert progress is not None
    assert (progress.state, progress.phase, progress.since) == ("running", "moving", TIME.at(10))
    assert (progress.done, progress.of, progress.unit) == (3, 10, ProgressUnit.DOCUMENTS)
    assert progress.stalled_after == TIME.at(50 + STALLED_SECONDS)
    assert progress.press.action is PressAction.SHOW_RUN


def test_parts_are_what_an_operation_has_done_that_counts_them() -> None:
    progress = of_operation(replace(OPERATION, done=None, parts=7))
    assert progress is not None
    assert progress.done == 7


@pytest.mark.parametrize(("done", "of", "shown"), [(12, 10, (10, 10)), (0, 0, (0, None)), (5, None, (5, None))])
def test_an_operation_is_never_beyond_its_end_nor_at_nothing_of_nothing(
    done: int, of: int | None, shown: tuple[int, int | None]
) -> None:
    progress = of_operation(replace(OPERATION, done=done, of=of))
    assert progress is not None
    assert (progress.done, progress.of) == shown


def test_an_operation_of_which_only_the_beginning_is_known_counts_nothing() -> None:
    progress = of_operation(replace(OPERATION, phase=None, done=None, of=None, unit=None))
    assert progress is not None
    assert (progress.done, progress.of, progress.unit) == (None, None, None)


def test_of_an_operation_that_is_over_nothing_is_said() -> None:
    assert of_operation(replace(OPERATION, status=RunStatus.SUCCEEDED)) is None
