"""Histories of runs as Step Functions writes them, made from a script of what happens, with what is to be told of them.

The order of events of lines that run at the same time is drawn. So is what AWS does now and then: what ends a branch,
and what comes after that, both name the branch's last state; an iteration that waited for its turn names one that was
over.
"""

import random
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bloomweaver.runs.events import HistoryEvent

BEGIN = datetime(2026, 11, 29, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """A state of a script."""

    type: str
    name: str
    failures: int = 0
    """Of a task: attempts that fail before the last one."""
    ends: str = "succeeded"
    """`succeeded`, `caught` or `failed`; what fails ends its line."""
    parts: tuple[tuple["Step", ...], ...] = ()
    """Branches of a Parallel, iterations of a Map."""


@dataclass
class Expected:
    """What is to be told of a state."""

    id: int
    name: str
    type: str
    parent: int | None
    iteration: int | None
    branch: int | None
    status: str = "running"
    attempts: int = 0
    exited: int | None = None


@dataclass
class Made:
    """A history and what is to be told of it."""

    events: list[HistoryEvent] = field(default_factory=list)
    expected: dict[int, Expected] = field(default_factory=dict)


class _Failed(Exception):
    """A line ended with a failure; the event is its last one."""

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self.last = last


_Line = Generator[None, None, int]


def make(script: Sequence[Step], seed: int) -> Made:
    """The history of a run of the script."""
    return _Writer(random.Random(seed)).write(script)


class _Writer:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._made = Made()

    def write(self, script: Sequence[Step]) -> Made:
        self._emit("ExecutionStarted", 0)
        line = self._line(script, 0, None, None, None)
        try:
            while True:
                next(line)
        except StopIteration as ended:
            self._emit("ExecutionSucceeded", ended.value)
        except _Failed as failed:
            event = self._emit("ExecutionFailed", failed.last)
            self._abort(self._made.expected.values(), event)
        return self._made

    def _emit(self, type_: str, previous: int, **more: object) -> int:
        number = len(self._made.events) + 1
        at = BEGIN + timedelta(milliseconds=10 * number)
        self._made.events.append(HistoryEvent(id=number, previous=previous, type=type_, at=at, **more))  # type: ignore[arg-type]
        return number

    def _line(
        self, script: Sequence[Step], last: int, parent: int | None, iteration: int | None, branch: int | None
    ) -> _Line:
        for step in script:
            last = self._emit(f"{step.type}StateEntered", last, name=step.name, input="{}")
            if branch == -1:  # branches are counted as they begin
                branch = len({each.branch for each in self._made.expected.values() if each.parent == parent})
            state = Expected(last, step.name, step.type, parent, iteration, branch)
            self._made.expected[last] = state
            if step.type == "Fail":
                state.status, state.exited = "failed", last
                raise _Failed(last)
            if step.type not in ("Pass", "Choice"):
                yield
            if step.type == "Task":
                last = yield from self._attempts(step, state, last)
            elif step.type in ("Parallel", "Map"):
                last = yield from self._parts(step, state, last)
            if step.ends == "failed":
                raise _Failed(last)
            last = self._emit(f"{step.type}StateExited", self._sometimes_before(last), name=step.name, output="{}")
            state.status, state.exited = step.ends, last
            yield
        return last

    def _attempts(self, step: Step, state: Expected, last: int) -> _Line:
        vain = step.failures + (step.ends != "succeeded")
        for number in range(step.failures + 1):
            state.attempts += 1
            last = self._emit("TaskScheduled", last)
            yield
            last = self._emit("TaskStarted", last)
            yield
            if number < vain:
                last = self._emit(
                    self._chance.choice(["TaskFailed", "TaskTimedOut"]), last, error="Wrong", cause="it is"
                )
            else:
                last = self._emit("TaskSucceeded", last, output="{}")
            yield
        if step.ends == "failed":
            state.status = "failed"
        return last

    def _parts(self, step: Step, state: Expected, last: int) -> _Line:
        state.attempts = 1
        fork = self._emit(f"{step.type}StateStarted", last)
        yield
        ends = [fork]
        waiting = list(enumerate(step.parts))
        at_a_time = self._chance.randint(1, 3) if step.type == "Map" else len(waiting)
        under_way: list[_Line] = []
        while waiting or under_way:
            while waiting and len(under_way) < at_a_time:
                number, part = waiting.pop(0)
                under_way.append(self._part(step, state.id, part, fork if len(ends) == 1 else ends[-1], number))
            chosen = self._chance.choice(under_way)
            try:
                next(chosen)
            except StopIteration as ended:
                under_way.remove(chosen)
                ends.append(ended.value)
            except _Failed as failed:
                for other in reversed([each for each in self._inside(state.id) if each.exited is None]):
                    if other.status == "running":
                        other.status = "aborted"
                        other.exited = self._emit(f"{other.type}StateAborted", self._last_in(other))
                event = self._emit(f"{step.type}StateFailed", failed.last)
                self._abort(self._inside(state.id), event)
                if step.ends == "failed":
                    state.status = "failed"
                return event
            yield
        return self._emit(f"{step.type}StateSucceeded", ends[-1])

    def _part(self, step: Step, container: int, script: Sequence[Step], before: int, number: int) -> _Line:
        if step.type == "Parallel":
            # Its branches all begin at the fork.
            fork = next(event.id for event in self._made.events if event.previous == container)
            return self._line(script, fork, container, None, -1)
        return self._iteration(step, container, script, before, number)

    def _iteration(self, step: Step, container: int, script: Sequence[Step], before: int, number: int) -> _Line:
        last = self._emit("MapIterationStarted", before, name=step.name, index=number)
        yield
        try:
            last = yield from self._line(script, last, container, number, None)
        except _Failed as failed:
            event = self._emit("MapIterationFailed", failed.last, name=step.name, index=number)
            self._abort(
                (e for e in self._made.expected.values() if (e.parent, e.iteration) == (container, number)), event
            )
            raise _Failed(event) from None
        self._emit("MapIterationSucceeded", last, name=step.name, index=number)
        return last

    def _sometimes_before(self, last: int) -> int:
        """What the last event named, where that is what ended a Parallel or a Map: AWS does both."""
        event = self._made.events[last - 1]
        ended = event.type in ("ParallelStateSucceeded", "MapStateSucceeded")
        return event.previous if ended and self._chance.random() < 0.5 else last

    def _last_in(self, state: Expected) -> int:
        """The last event of the line that the state is in."""
        last = state.id
        for event in self._made.events[state.id :]:
            if event.previous == last and not event.type.startswith("MapIteration"):
                last = event.id
                if event.type in ("ParallelStateStarted", "MapStateStarted"):
                    break
        return last

    def _inside(self, container: int) -> Iterator[Expected]:
        for state in list(self._made.expected.values()):
            around = state.parent
            while around is not None:
                if around == container:
                    yield state
                around = self._made.expected[around].parent

    def _abort(self, states: Iterable[Expected], event: int) -> None:
        for state in states:
            if state.exited is None:
                state.exited = event
                if state.status == "running":
                    state.status = "aborted"


def scripts(*, depth: int = 2) -> st.SearchStrategy[tuple[Step, ...]]:
    """Scripts whose states have names of their own, nested so deep."""
    return st.integers(0, 2**32).map(lambda seed: _script(random.Random(seed), depth, ""))


def _script(chance: random.Random, depth: int, within: str) -> tuple[Step, ...]:
    steps = []
    for number in range(chance.randint(1, 4)):
        name = f"{within}S{number}"
        kinds = ["Task", "Task", "Pass", "Choice", "Wait"] + (["Parallel", "Map"] if depth else [])
        kind = chance.choice(kinds)
        if kind == "Task":
            ends = chance.choices(["succeeded", "caught", "failed"], [8, 2, 1])[0]
            steps.append(Step("Task", name, failures=chance.choice([0, 0, 0, 1, 3]), ends=ends))
        elif kind == "Parallel":
            branches = chance.randint(1, 3)
            parts = tuple(_script(chance, depth - 1, f"{name}b{branch}") for branch in range(branches))
            steps.append(_container("Parallel", name, parts, chance))
        elif kind == "Map":
            part = _script(chance, depth - 1, f"{name}i")
            parts = (part,) * chance.randint(0, 4)
            steps.append(_container("Map", name, parts, chance))
        else:
            steps.append(Step(kind, name))
        if steps[-1].ends == "failed":
            break
    return tuple(steps)


def _container(kind: str, name: str, parts: tuple[tuple[Step, ...], ...], chance: random.Random) -> Step:
    fails = any(step.ends == "failed" for part in parts for step in part)
    ends = chance.choice(["caught", "failed"]) if fails else "succeeded"
    return Step(kind, name, ends=ends, parts=parts)
