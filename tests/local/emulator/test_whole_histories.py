"""Histories on one machine have what those on AWS have: inner states, their beginnings and ends, what follows what."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bloomweaver.runs.events import HistoryEvent
from bloomweaver.runs.folding import Fold
from bloomweaver.runs.states import RunState
from local.emulator import executions, whole_histories
from local.emulator.whole_histories import own_events
from tests.local.emulator.mortal import copy_of, open_file, until

Json = dict[str, Any]
ROLE = "arn:aws:iam::000000000000:role/machine"
NOW = {"Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 0, "MaxAttempts": 2}]}


def _task(name: str, **more: Any) -> Json:
    parameters = {"FunctionName": name, "Payload.$": "$"}
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, **NOW, **more}


def _scope(**states: Json) -> Json:
    return {"StartAt": next(iter(states)), "States": states}


Run = Callable[..., list[Json]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a definition, whose functions fail as often as `fails` says, and gives the history."""
    with copy_of("stepfunctions") as service, open_file(tmp_path) as file:
        whole_histories.install()
        executions.install(file)

        def run_it(definition: Json, given: Any = None, *, fails: dict[str, list[str]] | None = None) -> list[Json]:
            lock = threading.Lock()
            left = {name: list(errors) for name, errors in (fails or {}).items()}

            def invoke(_: str, given: Json) -> Json:
                name = given["FunctionName"]
                with lock:  # iterations of a Map call at the same time
                    error = left[name].pop(0) if left.get(name) else None
                if error is not None:
                    raise service._ExecutionError(error, "it is")
                return {"Payload": name}

            monkeypatch.setattr(service, "_invoke_resource", invoke)
            made = service._create_state_machine({"name": "m", "definition": json.dumps(definition), "roleArn": ROLE})
            arn = json.loads(made[2])["stateMachineArn"]
            started = service._start_execution(
                {"stateMachineArn": arn, "input": json.dumps({} if given is None else given)}
            )
            execution = json.loads(started[2])["executionArn"]
            until(lambda: service._executions.get(execution)["status"] != "RUNNING")
            found = service._get_execution_history({"executionArn": execution, "maxResults": 1000})
            events: list[Json] = json.loads(found[2])["events"]
            return events

        yield run_it


def _event(found: Json) -> HistoryEvent:
    [details] = [value for name, value in found.items() if name.endswith("EventDetails")] or [{}]
    return HistoryEvent(
        id=found["id"],
        previous=found.get("previousEventId", 0),
        type=found["type"],
        at=datetime.fromisoformat(found["timestamp"]),
        name=details.get("name"),
        index=details.get("index"),
        error=details.get("error"),
    )


def _told(events: list[Json]) -> list[RunState]:
    folded = Fold(payload_max=None)
    folded.add(_event(event) for event in events)
    assert not folded.memory().states
    return folded.states()


def _ways(events: list[Json]) -> set[tuple[str, str, int]]:
    """The paths of the states with their outcomes, and how often each."""
    outcomes = [(state.path, state.status.value) for state in _told(events)]
    return {(*outcome, outcomes.count(outcome)) for outcome in outcomes}


def test_states_in_branches_and_iterations_are_there(run: Run) -> None:
    each = _scope(
        Try=_task("try", Next="Look"),
        Look={"Type": "Choice", "Choices": [], "Default": "Good"},
        Good={"Type": "Succeed"},
    )
    many = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ItemProcessor": each, "End": True}
    both = {"Type": "Parallel", "Branches": [_scope(Many=many), _scope(Other=_task("other", End=True))], "Next": "Last"}
    events = run(_scope(Both=both, Last={"Type": "Pass", "End": True}), {"items": [1, 2, 3]}, fails={"try": ["Again"]})
    assert _ways(events) == {
        ("Both", "succeeded", 1),
        ("Both/Many", "succeeded", 1),
        ("Both/Many/Try", "succeeded", 3),
        ("Both/Many/Look", "succeeded", 3),
        ("Both/Many/Good", "succeeded", 3),
        ("Both/Other", "succeeded", 1),
        ("Last", "succeeded", 1),
    }
    tried = [state for state in _told(events) if state.name == "Try"]
    assert sorted(state.iteration for state in tried if state.iteration is not None) == [0, 1, 2]
    assert sorted(len(state.attempts) for state in tried) == [1, 1, 2]


def test_each_event_names_one_of_before_and_the_numbers_have_no_gap(run: Run) -> None:
    many = {"Type": "Map", "ItemsPath": "$", "ItemProcessor": _scope(One=_task("one", End=True)), "End": True}
    events = run(_scope(Many=many), list(range(8)))
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(event.get("previousEventId", 0) < event["id"] for event in events)
    kinds = [event["type"] for event in events]
    assert kinds[1:3] == ["MapStateEntered", "MapStateStarted"]
    assert events[2]["mapStateStartedEventDetails"] == {"length": 8}
    assert kinds[-3:] == ["MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"]
    assert kinds.count("MapIterationStarted") == kinds.count("MapIterationSucceeded") == 8


def test_what_failed_in_a_branch_is_there_and_what_caught_it(run: Run) -> None:
    bad = _scope(
        Bad=_task("bad", Catch=[{"ErrorEquals": ["Wrong"], "Next": "No"}], End=True), No={"Type": "Fail", "Error": "No"}
    )
    both = {
        "Type": "Parallel",
        "Branches": [_scope(Fine={"Type": "Pass", "End": True}), bad],
        "Catch": [{"ErrorEquals": ["No"], "Next": "After"}],
        "Next": "Never",
    }
    definition = _scope(Both=both, After={"Type": "Pass", "End": True}, Never={"Type": "Succeed"})
    assert _ways(run(definition, fails={"bad": ["Again", "Wrong"]})) == {
        ("Both", "caught", 1),
        ("Both/Fine", "succeeded", 1),
        ("Both/Bad", "caught", 1),
        ("Both/No", "failed", 1),
        ("After", "succeeded", 1),
    }


def test_a_failure_that_nothing_catches_ends_all_around_it(run: Run) -> None:
    inner = {"Type": "Map", "ItemsPath": "$", "ItemProcessor": _scope(One=_task("one", End=True)), "End": True}
    outer = {"Type": "Parallel", "Branches": [_scope(Inner=inner)], "End": True}
    events = run(_scope(Outer=outer), [1], fails={"one": ["Wrong"]})
    assert [event["type"] for event in events][-4:] == [
        "MapIterationFailed",
        "MapStateFailed",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert _ways(events) == {("Outer", "failed", 1), ("Outer/Inner", "failed", 1), ("Outer/Inner/One", "failed", 1)}


def test_a_state_of_several_branches_that_is_tried_again_has_its_attempts(run: Run) -> None:
    both = {"Type": "Parallel", "Branches": [_scope(One=_task("one", End=True))], **NOW, "End": True}
    events = run(_scope(Both=both), fails={"one": ["Again"] * 4})
    [told] = [state for state in _told(events) if state.name == "Both"]
    assert [attempt.status.value for attempt in told.attempts] == ["failed", "succeeded"]
    assert [state.status.value for state in _told(events) if state.name == "One"] == ["failed", "succeeded"]


def test_a_map_of_nothing_and_an_unknown_state_are_told_too(run: Run) -> None:
    many = {"Type": "Map", "ItemsPath": "$", "ItemProcessor": _scope(One={"Type": "Pass", "Next": "Two"}), "End": True}
    assert _ways(run(_scope(Many=many), [])) == {("Many", "succeeded", 1)}
    events = run(_scope(Many=many), [1])
    assert events[-1]["executionFailedEventDetails"]["error"] == "States.Runtime"
    assert _ways(events) == {("Many", "failed", 1), ("Many/One", "succeeded", 1)}


def test_the_executions_own_events_are_told_from_those_within(run: Run) -> None:
    inner = {"Type": "Map", "ItemsPath": "$", "ItemProcessor": _scope(One=_task("one", End=True)), "End": True}
    caught = {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Last"}]}
    outer = {
        "Type": "Parallel",
        "Branches": [_scope(Inner=inner), _scope(Two=_task("two", End=True))],
        **caught,
        "Next": "Last",
    }
    definition = _scope(Outer=outer, Last=_task("last", End=True))
    for fails in ({}, {"one": ["Wrong"]}, {"two": ["Wrong"]}):
        own = own_events(run(definition, [1, 2], fails=fails))
        entered = [event["stateEnteredEventDetails"]["name"] for event in own if "stateEnteredEventDetails" in event]
        assert entered == ["Outer", "Last"]
        assert own[-1]["type"] == "ExecutionSucceeded"
        assert sum(event["type"] == "TaskScheduled" for event in own) == 1


def test_a_history_of_before_is_its_executions_own() -> None:
    before = [{"id": number, "type": "TaskScheduled"} for number in range(1, 5)]
    assert own_events(before) == before


def test_branches_at_the_same_time_are_each_in_a_state_of_their_own(run: Run) -> None:
    def branch(name: str) -> Json:
        many = {"Type": "Map", "ItemsPath": "$", "ItemProcessor": _scope(In={"Type": "Succeed"}), "End": True}
        return _scope(**{f"{name}First": {"Type": "Pass", "Next": name}, name: many})

    names = ["A", "B", "C", "D", "E", "F"]
    events = run(_scope(All={"Type": "Parallel", "Branches": [branch(name) for name in names], "End": True}), [1] * 5)
    within = {f"All/{name}/In" for name in names}
    assert {(path, count) for path, _, count in _ways(events) if path in within} == {(path, 5) for path in within}
