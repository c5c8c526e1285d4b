"""The states that are told of a history: which line an event belongs to, attempts, and what waited and worked."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.runs.events import HistoryEvent
from bloomweaver.runs.folding import Fold, Memory
from bloomweaver.runs.states import RunState, merge
from tests.runs.histories import BEGIN, Step, make, scripts


def fold(events: Sequence[HistoryEvent], *, most: int | None = None) -> dict[str, RunState]:
    """The states of a history by name, where each was entered once."""
    folded = Fold(payload_max=most)
    folded.add(events)
    states = folded.states()
    assert len({state.name for state in states}) == len(states)
    return {state.name: state for state in states}


def history(*steps: tuple[float, str, int, dict[str, object]]) -> list[HistoryEvent]:
    """Events by their second, type, previous event and details, numbered from 1."""
    return [
        HistoryEvent(id=number, previous=previous, type=type_, at=BEGIN + timedelta(seconds=second), **details)  # type: ignore[arg-type]
        for number, (second, type_, previous, details) in enumerate(steps, 1)
    ]


def in_pages(events: Sequence[HistoryEvent], cuts: Sequence[int]) -> list[RunState]:
    """The states as they are put together from pages that end at the cuts, with what travels between them as text."""
    states: list[RunState] = []
    memory: str | None = None
    for begin, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        page = Fold(Memory.model_validate_json(memory) if memory else None, payload_max=None)
        page.add(events[begin:end])
        states = merge(states, page.states())
        memory = page.memory().model_dump_json(exclude_defaults=True)
    return sorted(states, key=lambda state: state.id)


# Any history ---------------------------------------------------------------------------------------------------------


@given(scripts(), st.integers(0, 2**32))
def test_each_state_is_told_where_it_is_and_how_it_went(script: tuple[Step, ...], seed: int) -> None:
    made = make(script, seed)
    folded = Fold(payload_max=None)
    folded.add(made.events)
    told = {state.id: state for state in folded.states()}
    assert set(told) == set(made.expected)
    times = {event.id: event.at.isoformat(timespec="microseconds") for event in made.events}
    for id_, expected in made.expected.items():
        state = told[id_]
        found = (state.name, state.parent, state.iteration, state.branch, state.status.value, len(state.attempts))
        assert found == (
            expected.name,
            expected.parent,
            expected.iteration,
            expected.branch,
            expected.status,
            expected.attempts,
        )
        assert expected.exited is not None
        assert (state.entered_at, state.exited_at) == (times[id_], times[expected.exited])
    assert not folded.memory().states


@given(scripts(), st.integers(0, 2**32), st.data())
def test_pages_put_together_are_the_whole(script: tuple[Step, ...], seed: int, data: st.DataObject) -> None:
    made = make(script, seed)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(made.events) - 1)), max_size=8)))
    whole = Fold(payload_max=None)
    whole.add(made.events)
    assert in_pages(made.events, cuts) == whole.states()


@given(scripts(), st.integers(0, 2**32), st.data())
def test_what_is_open_after_any_event_is_what_was_not_left(
    script: tuple[Step, ...], seed: int, data: st.DataObject
) -> None:
    made = make(script, seed)
    seen = data.draw(st.integers(1, len(made.events)))
    folded = Fold(payload_max=None)
    folded.add(made.events[:seen])
    still_open = {
        expected.id
        for expected in made.expected.values()
        if expected.id <= seen and expected.exited is not None and expected.exited > seen
    }
    assert {state.id for state in folded.memory().states} == still_open
    for state in folded.states():
        assert (state.exited_at is None) == (state.status in ("running", "waiting")) == (state.id in still_open)


@given(scripts(), st.integers(0, 2**32), st.data())
def test_a_history_with_holes_is_told_as_far_as_it_goes(
    script: tuple[Step, ...], seed: int, data: st.DataObject
) -> None:
    events = make(script, seed).events
    kept = data.draw(st.sets(st.sampled_from([event.id for event in events])))
    folded = Fold(payload_max=None)
    folded.add([event for event in events if event.id in kept])
    entered = {event.id for event in events if event.id in kept and event.type.endswith("StateEntered")}
    assert {state.id for state in folded.states()} == entered


@given(st.recursive(st.none() | st.integers(-3, 9) | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)))
def test_a_memory_that_was_not_given_out_is_refused_or_harmless(junk: object) -> None:
    lines = [{"id": 0}, {"id": 1, "inside": 2, "heads": [5]}]
    state = {"id": 2, "name": "N", "type": "Map", "path": "N", "line": 0, "entered_at": BEGIN.isoformat(), "fork": 4}
    for offered in (
        {"lines": junk},
        {"states": junk},
        {"lines": [{**lines[0], "state": junk}, *lines[1:]], "states": [state]},
        {"lines": [*lines, {"id": 2, "inside": junk}], "states": [state]},
        {"lines": lines, "states": [{**state, "line": junk}]},
    ):
        try:
            memory = Memory.model_validate(offered)
        except ValueError:
            continue
        page = Fold(memory, payload_max=None)
        page.add(make((Step("Map", "N", parts=((Step("Task", "T"),),)),), 1).events)
        page.states()


# One thing at a time -------------------------------------------------------------------------------------------------


def test_a_task_that_is_tried_again_waits_between_its_attempts() -> None:
    cause = '{"errorType": "StorageUnavailable", "errorMessage": "no answer", "stackTrace": ["line"]}'
    [state] = fold(
        history(
            (0, "ExecutionStarted", 0, {}),
            (0, "TaskStateEntered", 0, {"name": "Claim", "input": '{"doc_hash": "a"}'}),
            (0, "TaskScheduled", 2, {}),
            (1, "TaskStarted", 3, {}),
            (3, "TaskFailed", 4, {"error": "StorageUnavailable", "cause": cause}),
            (8, "TaskScheduled", 5, {}),
            (8, "TaskStarted", 6, {}),
            (9, "TaskTimedOut", 7, {"error": "States.Timeout"}),
            (14, "TaskScheduled", 8, {}),
            (14, "TaskStarted", 9, {}),
            (18, "TaskSucceeded", 10, {"output": "{}"}),
            (18, "TaskStateExited", 11, {"name": "Claim", "output": "{}"}),
        ),
        most=400,
    ).values()
    assert (state.status, state.working_seconds, state.waiting_seconds) == ("succeeded", 7.0, 11.0)
    assert [(attempt.number, attempt.status.value, attempt.error) for attempt in state.attempts] == [
        (1, "failed", "StorageUnavailable"),
        (2, "timed_out", "States.Timeout"),
        (3, "succeeded", None),
    ]
    assert state.attempts[0].cause is not None
    assert (state.attempts[0].cause.text, state.attempts[0].cause.cut) == ("no answer", True)
    assert state.attempts[1].cause is None


def test_a_state_is_waiting_until_it_is_tried_again_and_a_wait_until_its_time_comes() -> None:
    events = history(
        (0, "ExecutionStarted", 0, {}),
        (0, "WaitStateEntered", 0, {"name": "Wait"}),
        (5, "WaitStateExited", 2, {"name": "Wait"}),
        (5, "TaskStateEntered", 3, {"name": "Task"}),
        (5, "TaskScheduled", 4, {}),
        (6, "TaskFailed", 5, {"error": "Wrong"}),
        (9, "TaskScheduled", 6, {}),
    )
    assert fold(events[:2])["Wait"].status == "waiting"
    told = fold(events[:6])
    assert (told["Wait"].working_seconds, told["Wait"].waiting_seconds) == (0.0, 5.0)
    assert (told["Task"].status, told["Task"].waiting_seconds) == ("waiting", None)
    assert fold(events)["Task"].status == "running"
    assert [attempt.status.value for attempt in fold(events)["Task"].attempts] == ["failed", "running"]


def test_what_failed_is_told_apart_from_what_was_caught() -> None:
    told = fold(
        history(
            (0, "ExecutionStarted", 0, {}),
            (0, "TaskStateEntered", 0, {"name": "Chunk"}),
            (0, "TaskScheduled", 2, {}),
            (1, "TaskFailed", 3, {"error": "ExtractionFailed", "cause": "no text"}),
            (1, "TaskStateExited", 4, {"name": "Chunk"}),
            (1, "FailStateEntered", 5, {"name": "Failed"}),
            (1, "ExecutionFailed", 6, {"error": "ExtractionFailed"}),
        )
    )
    assert {name: state.status.value for name, state in told.items()} == {"Chunk": "caught", "Failed": "failed"}


def test_a_branch_that_fails_ends_the_others() -> None:
    told = fold(
        history(
            (0, "ExecutionStarted", 0, {}),
            (0, "ParallelStateEntered", 0, {"name": "Write"}),
            (0, "ParallelStateStarted", 2, {}),
            (0, "TaskStateEntered", 3, {"name": "WriteS3"}),
            (0, "TaskStateEntered", 3, {"name": "WritePinecone"}),
            (0, "TaskScheduled", 5, {}),
            (0, "TaskScheduled", 4, {}),
            (2, "TaskFailed", 6, {"error": "Lambda.TooManyRequestsException"}),
            (2, "TaskStateExited", 8, {"name": "WritePinecone"}),
            (2, "FailStateEntered", 9, {"name": "PineconeNotInvoked"}),
            (2, "TaskStateAborted", 7, {}),
            (2, "ParallelStateFailed", 10, {}),
            (2, "ParallelStateExited", 12, {"name": "Write"}),
            (2, "FailStateEntered", 13, {"name": "NotInvoked"}),
            (2, "ExecutionFailed", 14, {"error": "NotInvoked"}),
        )
    )
    assert {name: (state.status.value, state.branch) for name, state in told.items()} == {
        "Write": ("caught", None),
        "WriteS3": ("aborted", 0),
        "WritePinecone": ("caught", 1),
        "PineconeNotInvoked": ("failed", 1),
        "NotInvoked": ("failed", None),
    }
    assert told["PineconeNotInvoked"].path == "Write/PineconeNotInvoked"


def test_an_iteration_that_waited_for_its_turn_is_not_in_the_one_before() -> None:
    """As AWS wrote it: the second iteration names the last event of the first one, and so does what ended that."""
    told = Fold(payload_max=None)
    told.add(
        history(
            (0, "ExecutionStarted", 0, {}),
            (0, "MapStateEntered", 0, {"name": "Embed"}),
            (0, "MapStateStarted", 2, {}),
            (0, "MapIterationStarted", 3, {"name": "Embed", "index": 0}),
            (0, "PassStateEntered", 4, {"name": "EmbedBatch"}),
            (1, "PassStateExited", 5, {"name": "EmbedBatch"}),
            (1, "MapIterationSucceeded", 6, {"name": "Embed", "index": 0}),
            (1, "MapIterationStarted", 6, {"name": "Embed", "index": 1}),
            (1, "PassStateEntered", 8, {"name": "EmbedBatch"}),
            (2, "PassStateExited", 9, {"name": "EmbedBatch"}),
            (2, "MapIterationSucceeded", 10, {"name": "Embed", "index": 1}),
            (2, "MapStateSucceeded", 10, {}),
            (2, "MapStateExited", 10, {"name": "Embed"}),
            (2, "PassStateEntered", 13, {"name": "Publish"}),
        )
    )
    found = [(state.path, state.parent, state.iteration, state.status.value) for state in told.states()]
    assert found == [
        ("Embed", None, None, "succeeded"),
        ("Embed/EmbedBatch", 2, 0, "succeeded"),
        ("Embed/EmbedBatch", 2, 1, "succeeded"),
        ("Publish", None, None, "running"),
    ]


def test_a_map_of_nothing_is_left_at_once() -> None:
    told = fold(
        history(
            (0, "ExecutionStarted", 0, {}),
            (0, "MapStateEntered", 0, {"name": "Embed"}),
            (0, "MapStateStarted", 2, {}),
            (0, "MapStateSucceeded", 3, {}),
            (0, "MapStateExited", 4, {"name": "Embed", "output": "[]"}),
        )
    )
    assert told["Embed"].status == "succeeded"


def test_a_parallel_that_is_tried_again_has_attempts() -> None:
    once = [
        ("TaskStateEntered", {"name": "Try"}),
        ("TaskScheduled", {}),
        ("TaskFailed", {"error": "Wrong"}),
        ("ParallelStateFailed", {}),
        ("ParallelStateStarted", {}),
    ]
    chained = [
        ("ExecutionStarted", {}),
        ("ParallelStateEntered", {"name": "Both"}),
        ("ParallelStateStarted", {}),
        *once,
        *once[:3],
    ]
    told = Fold(payload_max=None)
    told.add(history(*((0, type_, number, details) for number, (type_, details) in enumerate(chained))))  # type: ignore[arg-type]
    both, first, second = told.states()
    assert [attempt.status.value for attempt in both.attempts] == ["failed", "running"]
    assert (first.status, second.status) == ("failed", "waiting")
    assert (first.parent, second.parent) == (both.id, both.id)


@pytest.mark.parametrize("how", ["ExecutionAborted", "ExecutionTimedOut"])
def test_what_was_open_when_a_run_was_ended_is_aborted(how: str) -> None:
    events = history(
        (0, "ExecutionStarted", 0, {}),
        (0, "MapStateEntered", 0, {"name": "Letters"}),
        (0, "MapStateStarted", 2, {}),
        (0, "MapIterationStarted", 3, {"name": "Letters", "index": 0}),
        (0, "TaskStateEntered", 4, {"name": "Run"}),
        (0, "TaskScheduled", 5, {}),
        (9, how, 0, {}),
    )
    told = fold(events)
    assert {state.status.value for state in told.values()} == {"aborted"}
    assert {attempt.status.value for state in told.values() for attempt in state.attempts} == {"aborted"}


def test_a_run_that_goes_on_after_a_death_begins_its_state_anew() -> None:
    """As the emulator does it: the states of before are left where they were."""
    told = Fold(payload_max=None)
    told.add(
        history(
            (0, "ExecutionStarted", 0, {}),
            (0, "ParallelStateEntered", 0, {"name": "Write"}),
            (0, "ParallelStateStarted", 2, {}),
            (0, "TaskStateEntered", 3, {"name": "WriteS3"}),
            (9, "PassStateEntered", 0, {"name": "ResumedAfterRestart"}),
            (9, "PassStateExited", 5, {"name": "ResumedAfterRestart"}),
            (9, "ParallelStateEntered", 6, {"name": "Write"}),
        )
    )
    found = [(state.name, state.parent, state.status.value) for state in told.states()]
    assert found == [
        ("Write", None, "aborted"),
        ("WriteS3", 2, "aborted"),
        ("ResumedAfterRestart", None, "succeeded"),
        ("Write", None, "running"),
    ]


def test_texts_are_cut_and_say_how_long_they_are() -> None:
    events = history(
        (0, "ExecutionStarted", 0, {}),
        (0, "PassStateEntered", 0, {"name": "Begin", "input": "x" * 30}),
        (0, "PassStateExited", 2, {"name": "Begin", "output": "y" * 10}),
    )
    cut, whole = fold(events, most=10)["Begin"], fold(events)["Begin"]
    assert cut.input is not None
    assert cut.output is not None
    assert (cut.input.text, cut.input.length, cut.input.cut) == ("x" * 10, 30, True)
    assert (cut.output.text, cut.output.length, cut.output.cut) == ("y" * 10, 10, False)
    assert whole.input is not None
    assert (whole.input.text, whole.input.cut) == ("x" * 30, False)


def test_the_message_that_a_state_sent_is_named() -> None:
    events = history(
        (0, "ExecutionStarted", 0, {}),
        (0, "TaskStateEntered", 0, {"name": "S3DLQ"}),
        (0, "TaskScheduled", 2, {}),
        (0, "TaskSucceeded", 3, {"message_id": "m-1"}),
        (0, "TaskStateExited", 4, {"name": "S3DLQ"}),
    )
    assert fold(events)["S3DLQ"].message_id == "m-1"
    assert in_pages(events, [3, 4])[0].message_id == "m-1"
