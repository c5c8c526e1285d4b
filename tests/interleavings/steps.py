"""Executions of the definitions in `statemachines/`, one task at a time and in whatever order the caller chooses.

An interpreter of the parts of the Amazon States Language that the definitions use, without time and threads: it stops
at every Task until it is told how the task went. Retry is the caller's choice, since it may run a task again instead.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.statemachines import definitions
from tests.statemachines.definitions import Definition, State

Data = Any
LOADED: dict[str, Definition] = {name: definitions.load(name) for name in definitions.NAMES}


@dataclass(eq=False)
class Task:
    """A Task state that waits for its result."""

    state: State
    payload: dict[str, Any]
    succeed: Callable[[Any], None]
    fail: Callable[[str, str], None]
    under_way: list[Callable[[], object]] | None = None
    """What the invocation of a branch's function has still to do to the outside; none before it began."""
    answer: Any = None
    """What the function answers when that is done."""

    @property
    def function(self) -> str:
        """The function that it invokes; empty for one that sends a dead letter."""
        return definitions.function_of(self.state)


@dataclass(eq=False)
class Process:
    """An execution."""

    name: str
    arn: str
    given: dict[str, Any]
    tasks: list[Task] = field(default_factory=list)
    """Those that can go on now."""
    abandoned: list[Task] = field(default_factory=list)
    """Those that nobody waits for any more; their functions may still be at work."""
    status: str = "RUNNING"
    ended_in: str = ""
    error: str | None = None
    stopped_at: str | None = None

    def begin(self) -> None:
        """Go to the first tasks."""
        definition = LOADED[self.name]
        _Flow(self, definition["States"], self.given, self._returned, self._failed).go(definition["StartAt"])

    def stop(self, status: str) -> None:
        """End now, whatever is under way."""
        self.status = status
        self.abandoned += self.tasks
        self.tasks = []

    def _returned(self, _: Data) -> None:
        self.stop("SUCCEEDED")

    def _failed(self, error: str, cause: str) -> None:
        self.error = error
        self.stop("FAILED")


class _Flow:
    """A chain of states: the whole definition, a branch of a Parallel, or an iteration of a Map."""

    def __init__(
        self,
        process: Process,
        states: dict[str, State],
        data: Data,
        returned: Callable[[Data], None],
        failed: Callable[[str, str], None],
    ) -> None:
        self._process = process
        self._states = states
        self._data = data
        self._returned = returned
        self._failed = failed
        self._context: dict[str, Any] = {"Execution": {"Id": process.arn}, "State": {"EnteredTime": "now"}}
        self._inner: list[_Flow] = []
        self._task: Task | None = None

    def go(self, name: str) -> None:
        """Enter a state."""
        state = self._states[name]
        match state["Type"]:
            case "Pass":
                result = self._fill(state["Parameters"]) if "Parameters" in state else state.get("Result", self._data)
                self._leave(state, result)
            case "Choice":
                taken = (choice["Next"] for choice in state["Choices"] if self._holds(choice))
                self.go(next(taken, state["Default"]))
            case "Task":
                self._begin(state)
            case "Parallel":
                self._fan_out(state, [(b["States"], b["StartAt"], self._data) for b in state["Branches"]])
            case "Map":
                self._map(state)
            case "Succeed":
                self._process.ended_in = name
                self._returned(self._data)
            case "Fail":
                self._process.ended_in = name
                self._failed(str(state.get("Error")), "")
            case unknown:
                raise NotImplementedError(unknown)

    def cut_off(self) -> None:
        """Stop waiting for what is under way in this flow."""
        for inner in self._inner:
            inner.cut_off()
        if self._task in self._process.tasks:
            self._process.tasks.remove(self._task)
            self._process.abandoned.append(self._task)

    def _begin(self, state: State) -> None:
        parameters = state["Parameters"]
        given = (
            self._data
            if parameters.get("Payload.$") == "$"
            else self._fill(parameters.get("Payload", parameters.get("MessageBody")))
        )

        def succeed(result: Any) -> None:
            self._process.tasks.remove(task)
            self._leave(state, {"Payload": json.loads(json.dumps(result))})

        def fail(error: str, cause: str) -> None:
            self._process.tasks.remove(task)
            self._catch(state, error, cause)

        task = self._task = Task(state, given, succeed, fail)
        self._process.tasks.append(task)

    def _map(self, state: State) -> None:
        processor = state["ItemProcessor"]
        items = []
        for item in self._read(state["ItemsPath"]):
            self._context["Map"] = {"Item": {"Value": item}}
            items.append((processor["States"], processor["StartAt"], self._fill(state["ItemSelector"])))
        self._fan_out(state, items)

    def _fan_out(self, state: State, flows: list[tuple[dict[str, State], str, Data]]) -> None:
        results: dict[int, Data] = {}

        def one_returned(index: int, result: Data) -> None:
            results[index] = result
            if len(results) == len(flows):
                self._leave(state, [results[number] for number in range(len(flows))])

        def one_failed(error: str, cause: str) -> None:
            for inner in self._inner:
                inner.cut_off()
            self._catch(state, error, cause)

        self._inner = [
            _Flow(self._process, states, data, lambda result, index=index: one_returned(index, result), one_failed)  # type: ignore[misc]
            for index, (states, _, data) in enumerate(flows)
        ]
        if not flows:
            self._leave(state, [])
            return
        for inner, (_, start, _) in zip(tuple(self._inner), flows, strict=True):
            inner.go(start)

    def _catch(self, state: State, error: str, cause: str) -> None:
        for rule in state.get("Catch", ()):
            if {error, "States.ALL"} & set(rule["ErrorEquals"]):
                self._place({"Error": error, "Cause": cause}, rule.get("ResultPath", "$"))
                self.go(rule["Next"])
                return
        self._failed(error, cause)

    def _leave(self, state: State, result: Data) -> None:
        if "ResultSelector" in state:
            before, self._data = self._data, result
            result, self._data = self._fill(state["ResultSelector"]), before
        self._place(result, state.get("ResultPath", "$"))
        if state.get("End"):
            self._returned(self._data)
        else:
            self.go(state["Next"])

    def _place(self, result: Data, path: str | None) -> None:
        if path == "$":
            self._data = result
        elif path is not None:
            self._data = {**self._data, path.removeprefix("$."): result}

    def _fill(self, template: Any) -> Any:
        if isinstance(template, dict):
            return {
                key.removesuffix(".$"): self._read(value) if key.endswith(".$") else self._fill(value)
                for key, value in template.items()
            }
        if isinstance(template, list):
            return [self._fill(entry) for entry in template]
        return template

    def _read(self, path: str) -> Any:
        if path.startswith("States.JsonMerge("):
            first, second, _ = path.removeprefix("States.JsonMerge(").rstrip(")").split(", ")
            return {**self._read(first), **self._read(second)}
        if path.startswith("States.MathAdd("):
            number, added = path.removeprefix("States.MathAdd(").rstrip(")").split(", ")
            return self._read(number) + int(added)
        if path.startswith("States.ArrayLength("):
            return len(self._read(path.removeprefix("States.ArrayLength(").rstrip(")")))
        found = self._context if path.startswith("$$") else self._data
        for part in path.lstrip("$").replace("[", ".").replace("]", "").split("."):
            if part:
                found = found[int(part)] if isinstance(found, list) else found[part]
        return found

    def _holds(self, choice: dict[str, Any]) -> bool:
        if "And" in choice:
            return all(self._holds(each) for each in choice["And"])
        value = self._read(choice["Variable"])
        if "NumericGreaterThan" in choice:
            return bool(value > choice["NumericGreaterThan"])
        if "NumericLessThan" in choice:
            return bool(value < choice["NumericLessThan"])
        if "IsNull" in choice:
            return (value is None) == choice["IsNull"]
        if "StringMatches" in choice:
            return str(value).startswith(choice["StringMatches"].rstrip("*"))
        return bool(value == choice["StringEquals"])
