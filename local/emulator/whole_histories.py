"""Histories of executions with what is in Parallel and Map states, and which event came before each.

MiniStack writes down the states of the machine itself. Of those in a branch or an iteration it has only the attempts of
their tasks, in the order in which they came, and no event says what it followed. On AWS each state is there, what
begins and ends a branch or an iteration too, and each event names the one before it in its own line.

`install` walks through inner states in MiniStack's place, as it does itself, and says so. The iterations of a
Distributed Map are executions of their own, whose histories are made so too. It relies on functions of exactly the
version in the requirements, and goes before `executions`, which stores the events.
"""

import copy
import json
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_ENDS = frozenset({"ParallelStateSucceeded", "ParallelStateFailed", "MapStateSucceeded", "MapStateFailed"})


@dataclass
class _Line:
    """Events of an execution that follow each other: its own, or those of a branch or an iteration."""

    arn: str
    last: int = 0
    """The last event."""


@dataclass
class _Fork:
    """A Parallel or a Map whose branches or iterations are under way."""

    arn: str
    name: str
    is_map: bool
    begun: int
    """The event that all of them begin after."""
    last: int
    """The last event of the one that ended last, or of the first that failed."""
    failed: bool = False

    def end(self, last: int, *, failed: bool) -> None:
        """A branch or an iteration has ended."""
        if not self.failed:
            self.last, self.failed = last, failed


_line: ContextVar[_Line | None] = ContextVar("_line", default=None)
"""Of the thread: branches and iterations have threads, and contexts, of their own."""
_fork: ContextVar[_Fork | None] = ContextVar("_fork", default=None)
"""Whose branches or iterations are about to be begun."""


def install() -> None:
    """Have MiniStack write whole histories."""
    from ministack.services import stepfunctions

    add_event: Callable[..., Json] = stepfunctions._add_event
    run_branches: Callable[..., Any] = stepfunctions._run_parallel_branches
    run_items: Callable[..., Any] = stepfunctions._run_map_items

    def add_linked_event(execution: Json, kind: str, details: Json | None = None) -> Json:
        line = _line_of(execution)
        event = add_event(execution, kind, {"previousEventId": line.last, **(details or {})})
        line.last = event["id"]
        return event

    def run_parallel(state: Json, raw_input: Any, execution: Json, context: Json) -> Any:
        return _forked(run_branches, "Parallel", None, state, raw_input, execution, context)

    def run_map(state: Json, raw_input: Any, execution: Json, context: Json) -> Any:
        processor = state.get("ItemProcessor") or state.get("Iterator") or {}
        if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            return run_items(state, raw_input, execution, context)
        started = {"mapStateStartedEventDetails": {"length": _length(state, raw_input, context)}}
        return _forked(run_items, "Map", started, state, raw_input, execution, context)

    stepfunctions._add_event = add_linked_event
    stepfunctions._run_parallel_branches = run_parallel
    stepfunctions._run_map_items = run_map
    stepfunctions._run_sub_machine = _run_line


def own_events(events: Iterable[Json]) -> list[Json]:
    """The events of a history that are not within a Parallel or a Map."""
    found, depths, kinds = [], {0: 0}, {0: ""}
    for event in events:
        previous = event.get("previousEventId", 0)
        depth, before, kind = depths.get(previous, 0), kinds.get(previous, ""), event["type"]
        begins = before == "ParallelStateStarted" and kind.endswith("StateEntered")
        if begins or kind == "MapIterationStarted":
            depth += 1
        elif kind in _ENDS and not before.endswith("StateStarted"):
            depth -= 1
        depths[event["id"]], kinds[event["id"]] = depth, kind
        if not depth:
            found.append(event)
    return found


def _line_of(execution: Json) -> _Line:
    line = _line.get()
    if line is None or line.arn != execution["executionArn"]:
        line = _Line(execution["executionArn"])
        _line.set(line)
    return line


def _forked(
    run: Callable[..., Any], kind: str, started: Json | None, state: Json, raw: Any, execution: Json, context: Json
) -> Any:
    """Run the branches or the iterations of a state, between events that say that they began and ended."""
    from ministack.services import stepfunctions

    name, line = context["State"]["Name"], _line_of(execution)
    stepfunctions._add_event(execution, f"{kind}StateStarted", started)
    fork = _Fork(execution["executionArn"], name, kind == "Map", begun=line.last, last=line.last)
    before = _fork.set(fork)
    outcome = "Failed"
    try:
        result = run(state, raw, execution, context)
        outcome = "Succeeded"
    finally:
        _fork.reset(before)
        line.last = fork.last
        stepfunctions._add_event(execution, f"{kind}State{outcome}")
    return result


def _run_line(states: Json, start_at: str, given: Any, execution: Json, context: Json) -> Any:
    """Walk through the states of a branch, of an iteration, or of a Distributed Map's execution."""
    from ministack.services import stepfunctions

    fork = _fork.get()
    if fork is not None and fork.arn != execution["executionArn"]:
        fork = None
    line = _Line(execution["executionArn"], fork.begun if fork else 0)
    _line.set(line)
    context = dict(context)  # MiniStack gives the branches of a Parallel one between them, and each is in another state
    _fork.set(None)
    iteration = {"name": fork.name, "index": context["Map"]["Item"]["Index"]} if fork and fork.is_map else None

    def say(happened: str) -> None:
        if iteration is not None:
            details = {f"mapIteration{happened}EventDetails": iteration}
            stepfunctions._add_event(execution, f"MapIteration{happened}", details)

    say("Started")
    ended = "Failed"
    try:
        output = _walk(states, start_at, copy.deepcopy(given), execution, context)
        ended = "Succeeded"
    finally:
        say(ended)
        if fork is not None:
            fork.end(line.last, failed=ended == "Failed")
    return output


def _walk(states: Json, start_at: str, data: Any, execution: Json, context: Json) -> Any:
    from ministack.services import stepfunctions

    handlers: dict[str, Callable[[Json], tuple[Any, str | None]]] = {
        "Pass": lambda state: stepfunctions._execute_pass(state, data, context),
        "Choice": lambda state: stepfunctions._execute_choice(state, data, context),
        "Wait": lambda state: stepfunctions._execute_wait(state, data, context),
        "Task": lambda state: stepfunctions._execute_task(state, data, execution, context),
        "Parallel": lambda state: stepfunctions._execute_parallel(state, data, execution, context),
        "Map": lambda state: stepfunctions._execute_map(state, data, execution, context),
        "Succeed": lambda state: (_succeeded(state, data, context), None),
    }
    name: str | None = start_at
    while name:
        state = states.get(name)
        if not state:
            raise stepfunctions._ExecutionError("States.Runtime", f"State '{name}' not found")
        kind = state.get("Type")
        context["State"] = {"Name": name, "EnteredTime": stepfunctions.now_iso(), "RetryCount": 0}
        entered = {"stateEnteredEventDetails": {"name": name, "input": json.dumps(data)}}
        stepfunctions._add_event(execution, f"{kind}StateEntered", entered)
        if kind == "Fail":
            raise stepfunctions._ExecutionError(*stepfunctions._fail_state_error(state, data, context))
        if kind not in handlers:
            raise stepfunctions._ExecutionError("States.Runtime", f"Unknown state type: {kind}")
        data, following = handlers[kind](state)
        exited = {"stateExitedEventDetails": {"name": name, "output": json.dumps(data)}}
        stepfunctions._add_event(execution, f"{kind}StateExited", exited)
        name = following
    return data


def _succeeded(state: Json, data: Any, context: Json) -> Any:
    from ministack.services import stepfunctions

    return stepfunctions._apply_output_path(state, stepfunctions._apply_input_path(state, data, context), context)


def _length(state: Json, raw_input: Any, context: Json) -> int:
    """How many iterations a Map has. Of one in JSONata it is not worked out."""
    from ministack.services import stepfunctions

    if stepfunctions._state_query_language(state, context) == "JSONata":
        return 0
    effective = stepfunctions._apply_input_path(state, raw_input, context)
    items = stepfunctions._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, context)
    return len(items) if isinstance(items, list) else 1
