"""Folds the events of a history into the states of a run, a page after the other.

A history is several lines of events: the run's own, and one for each branch of a Parallel and each iteration of a Map
that is under way. An event says which one came before it, and so to which line it belongs. What one page has to know of
the pages before it is small: the states that were not left, and the last events of their lines. It is in the cursor.

Step Functions does not always name the event that one expects. What ends a branch, and what comes after it, may both go
back to the branch's last state; an iteration that waited for its turn goes back to one that was over. So a line keeps a
few of its last events, and what says the name of a state is given to the nearest state of that name.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from bloomweaver.runs.events import HistoryEvent, Kind, Subject, kind_of
from bloomweaver.runs.paths import path_in
from bloomweaver.runs.states import Attempt, AttemptStatus, Payload, RunState, StateStatus, cause_of

HEADS_KEPT = 3
"""Of the events of a line: what comes next may go back to one of these."""
REMEMBERED_MAX = 2_000
"""Lines, and states, that were not left at the end of a page. Ours have about a hundred at most."""
_TOP = 0
"""The run's own line."""
_CONTAINERS = frozenset({"Parallel", "Map"})
_FAILED = frozenset({"Failed", "TimedOut", "StartFailed", "ScheduleFailed", "SubmitFailed"})
_INSTANT = frozenset({"Pass", "Choice", "Succeed", "Fail"})
"""Types of states that do what they do by themselves."""


class OpenLine(BaseModel):
    """A line of events that may go on."""

    model_config = ConfigDict(extra="forbid")

    id: int
    inside: int | None = None
    """The state that it is a part of; none of the run's own."""
    iteration: int | None = None
    branch: int | None = None
    state: int | None = None
    """The one that was entered and not left."""
    heads: list[int] = Field(default=[], max_length=HEADS_KEPT)
    """The last events."""


class OpenState(BaseModel):
    """A state that was entered and not left."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    id: int
    name: str
    type: str
    path: str
    line: int
    entered_at: AwareDatetime
    fork: int | None = None
    """The event that its branches or iterations began with."""
    branches: int = 0
    """That began."""
    attempt: int = 0
    """The number of the last one."""
    scheduled_at: AwareDatetime | None = None
    """Of the attempt that is under way."""
    started_at: AwareDatetime | None = None
    failed: bool = False
    """Whether its last attempt failed."""
    worked: float = 0.0


class Memory(BaseModel):
    """What the next page has to know of those before it. It comes back from outside, so it is checked."""

    model_config = ConfigDict(extra="forbid")

    lines: list[OpenLine] = Field(default=[], max_length=REMEMBERED_MAX)
    states: list[OpenState] = Field(default=[], max_length=REMEMBERED_MAX)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        lines = {line.id: line for line in self.lines}
        states = {state.id: state for state in self.states}
        if len(lines) != len(self.lines) or len(states) != len(self.states):
            raise ValueError("two of it have the same number")
        if any(state.line not in lines for state in self.states):
            raise ValueError("a state is in no line")
        for line in self.lines:
            if any(state is not None and state not in states for state in (line.inside, line.state)):
                raise ValueError("a line has a state that is not there")
            around, steps = line.inside, 0
            while around is not None:
                around, steps = lines[states[around].line].inside, steps + 1
                if steps > len(lines):
                    raise ValueError("a line is inside itself")
        return self


@dataclass
class _Shown:
    """A state as far as it is told on a page."""

    open: OpenState
    parent: int | None
    iteration: int | None
    branch: int | None
    continued: bool = False
    touched: bool = True
    status: StateStatus | None = None
    """Once it was left."""
    exited_at: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)
    input: str | None = None
    output: str | None = None
    message_id: str | None = None


_Fits = Callable[[_Shown], bool]


class Fold:
    """Takes a page's events in their order, and tells the states that they are of."""

    def __init__(self, memory: Memory | None = None, *, payload_max: int | None) -> None:
        """`memory` is that of the page before; `payload_max` characters of a text are told, all if it is none."""
        self._payload_max = payload_max
        self._lines: dict[int, OpenLine] = {_TOP: OpenLine(id=_TOP)}
        self._open: dict[int, _Shown] = {}
        self._told: dict[int, _Shown] = {}
        if memory is not None:
            self._lines |= {line.id: line.model_copy(deep=True) for line in memory.lines}
            for state in memory.states:
                line = self._lines[state.line]
                self._open[state.id] = _Shown(
                    state.model_copy(), line.inside, line.iteration, line.branch, continued=True, touched=False
                )
        self._line_of = {head: line.id for line in self._lines.values() for head in line.heads}
        self._forks = {shown.open.fork: id_ for id_, shown in self._open.items() if shown.open.fork is not None}

    def add(self, events: Iterable[HistoryEvent]) -> None:
        """Take the next events."""
        for event in events:
            kind = kind_of(event.type)
            match kind.subject:
                case Subject.STATE:
                    self._take_state(event, kind)
                case Subject.ATTEMPT:
                    self._take_attempt(event, kind.happened)
                case Subject.ITERATION:
                    self._take_iteration(event, kind.happened)
                case Subject.EXECUTION if kind.happened in ("Failed", "Aborted", "TimedOut"):
                    self._leave_all(event.at, (*self._open.values(),))
                case _:
                    self._go_on(self._line(event), event)

    def states(self) -> list[RunState]:
        """The states that the events were of, in the order in which they were entered."""
        told = {**{id_: shown for id_, shown in self._open.items() if shown.touched}, **self._told}
        return [self._tell(told[id_]) for id_ in sorted(told)]

    def all_states(self) -> list[RunState]:
        """All states that it was ever told of. For who folds a whole history."""
        everything = self._told | self._open
        return [self._tell(everything[id_]) for id_ in sorted(everything)]

    def memory(self) -> Memory:
        """What the next page has to know."""
        return Memory(lines=list(self._lines.values()), states=[shown.open for shown in self._open.values()])

    # Events -----------------------------------------------------------------------------------------------------------

    def _take_state(self, event: HistoryEvent, kind: Kind) -> None:
        match kind.happened:
            case "Entered":
                self._enter(event, kind.state_type)
            case "Exited":
                self._exit(event)
            case "Started":
                self._begin_parts(event)
            case "Succeeded" | "Failed":
                self._end_parts(event, kind)
            case "Aborted":
                # It names no state. One that was left already, with what it is in, is none of the others of its type.
                aborted = next(self._around(event), None)
                if aborted is not None and aborted.open.type == kind.state_type:
                    self._leave(aborted, StateStatus.ABORTED, event.at)
                self._go_on(self._line(event), event)
            case _:
                self._go_on(self._line(event), event)

    def _enter(self, event: HistoryEvent, type_: str) -> None:
        container = self._forks.get(event.previous)
        if container is not None:
            around = self._open[container].open
            line = self._new_line(container, branch=around.branches)
            around.branches += 1
        else:
            line = self._line(event)
        if line.state is not None:  # one that an emulator's death ended, or a redrive
            self._leave(self._open[line.state], StateStatus.ABORTED, event.at)
        inside = self._open[line.inside] if line.inside is not None else None
        name = event.name or ""
        state = OpenState(
            id=event.id,
            name=name,
            type=type_,
            path=path_in(inside.open.path if inside else None, name),
            line=line.id,
            entered_at=event.at,
        )
        shown = _Shown(state, line.inside, line.iteration, line.branch, input=event.input)
        self._open[event.id] = shown
        line.state = event.id
        self._go_on(line, event)
        if type_ == "Fail":
            self._leave(shown, StateStatus.FAILED, event.at)

    def _exit(self, event: HistoryEvent) -> None:
        left = self._nearest(event, lambda shown: shown.open.name == event.name)
        if left is None:
            self._go_on(self._line(event), event)
            return
        left.output = event.output
        self._leave(left, StateStatus.CAUGHT if left.open.failed else StateStatus.SUCCEEDED, event.at)
        self._go_on(self._lines[left.open.line], event)

    def _begin_parts(self, event: HistoryEvent) -> None:
        line = self._line(event)
        container = self._open.get(line.state) if line.state is not None else None
        self._go_on(line, event)
        if container is None or container.open.type not in _CONTAINERS:
            return
        self._drop_parts(container, event.at)
        self._schedule(container, event.at)
        container.open.fork = event.id
        self._forks[event.id] = container.open.id

    def _end_parts(self, event: HistoryEvent, kind: Kind) -> None:
        container = self._nearest(
            event, lambda shown: shown.open.type == kind.state_type and shown.open.scheduled_at is not None
        )
        if container is None:
            self._go_on(self._line(event), event)
            return
        inside = [shown for shown in self._open.values() if self._is_inside(shown, container)]
        self._leave_all(event.at, inside)
        self._end_attempt(container, event)
        self._go_on(self._lines[container.open.line], event)

    def _take_iteration(self, event: HistoryEvent, happened: str) -> None:
        around = self._nearest(event, lambda shown: shown.open.type == "Map" and shown.open.name == event.name)
        if around is None:
            self._go_on(self._line(event), event)
            return
        if happened == "Started":
            self._go_on(self._new_line(around.open.id, iteration=event.index), event)
            return
        inside = [line for line in self._lines.values() if line.inside == around.open.id]
        line = next((line for line in reversed(inside) if line.iteration == event.index), self._line(event))
        if line.inside == around.open.id and line.state is not None:
            self._leave_all(event.at, [self._open[line.state]])
        self._go_on(line, event)

    def _take_attempt(self, event: HistoryEvent, happened: str) -> None:
        line = self._line(event)
        self._go_on(line, event)
        task = self._open.get(line.state) if line.state is not None else None
        if task is None or task.open.type != "Task":
            return
        if happened == "Scheduled":
            self._schedule(task, event.at)
        elif happened in ("Started", "Submitted"):
            task.touched = True
            task.open.started_at = task.open.started_at or event.at
        elif happened == "Succeeded" or happened in _FAILED:
            task.message_id = task.message_id or event.message_id
            self._end_attempt(task, event)

    # States -----------------------------------------------------------------------------------------------------------

    def _schedule(self, shown: _Shown, at: datetime) -> None:
        """Begin an attempt."""
        state = shown.open
        shown.touched = True
        state.attempt += 1
        state.scheduled_at, state.started_at, state.failed = at, None, False

    def _end_attempt(self, shown: _Shown, event: HistoryEvent) -> None:
        if shown.open.scheduled_at is None:  # one that never came so far as to be scheduled
            self._schedule(shown, event.at)
        happened = kind_of(event.type).happened
        if happened == "Succeeded":
            self._close_attempt(shown, AttemptStatus.SUCCEEDED, event.at)
            return
        status = AttemptStatus.TIMED_OUT if happened == "TimedOut" else AttemptStatus.FAILED
        cause = cause_of(event.cause, self._payload_max)
        self._close_attempt(shown, status, event.at, event.error, cause)
        shown.open.failed = True

    def _close_attempt(
        self,
        shown: _Shown,
        status: AttemptStatus,
        at: datetime,
        error: str | None = None,
        cause: Payload | None = None,
    ) -> None:
        state = shown.open
        shown.touched = True
        shown.attempts.append(self._attempt(state, status, at, error, cause))
        state.worked += (at - (state.started_at or state.scheduled_at or at)).total_seconds()
        state.scheduled_at = state.started_at = None

    def _attempt(
        self,
        state: OpenState,
        status: AttemptStatus,
        ended_at: datetime | None,
        error: str | None = None,
        cause: Payload | None = None,
    ) -> Attempt:
        assert state.scheduled_at is not None
        return Attempt(
            number=state.attempt,
            status=status,
            scheduled_at=_text(state.scheduled_at),
            started_at=_text(state.started_at) if state.started_at else None,
            ended_at=_text(ended_at) if ended_at else None,
            error=error,
            cause=cause,
        )

    def _leave_all(self, at: datetime, several: Iterable[_Shown]) -> None:
        """Leave states that did not end by themselves."""
        for shown in several:
            if shown.open.id in self._open:
                self._leave(shown, StateStatus.FAILED if shown.open.failed else StateStatus.ABORTED, at)

    def _leave(self, shown: _Shown, status: StateStatus, at: datetime) -> None:
        """Leave a state, and what is in it."""
        state = shown.open
        self._drop_parts(shown, at)
        if state.scheduled_at is not None:
            ended = AttemptStatus.SUCCEEDED if status is StateStatus.SUCCEEDED else AttemptStatus.ABORTED
            self._close_attempt(shown, ended, at)
        shown.status, shown.exited_at, shown.touched = status, at, True
        self._told[state.id] = self._open.pop(state.id)
        line = self._lines[state.line]
        if line.state == state.id:
            line.state = None

    def _drop_parts(self, container: _Shown, at: datetime) -> None:
        """Forget the lines within a state; what is still open in them is left."""
        for line in [line for line in self._lines.values() if line.inside == container.open.id]:
            if line.state is not None:
                self._leave_all(at, [self._open[line.state]])
            self._lines.pop(line.id)
            for head in line.heads:
                self._line_of.pop(head, None)
        if container.open.fork is not None:
            self._forks.pop(container.open.fork, None)
            container.open.fork = None

    # Lines ------------------------------------------------------------------------------------------------------------

    def _line(self, event: HistoryEvent) -> OpenLine:
        """The line that the event goes on."""
        return self._lines[self._line_of.get(event.previous, _TOP)]

    def _new_line(self, inside: int, *, iteration: int | None = None, branch: int | None = None) -> OpenLine:
        if self._open[inside].open.type == "Map":
            branch = None
        line = OpenLine(id=max(self._lines) + 1, inside=inside, iteration=iteration, branch=branch)
        self._lines[line.id] = line
        return line

    def _go_on(self, line: OpenLine, event: HistoryEvent) -> None:
        line.heads.append(event.id)
        self._line_of[event.id] = line.id
        while len(line.heads) > HEADS_KEPT:
            self._line_of.pop(line.heads.pop(0), None)

    def _nearest(self, event: HistoryEvent, fits: _Fits) -> _Shown | None:
        """The open state that fits and is nearest to what came before the event; otherwise the last one of all."""
        for shown in self._around(event):
            if fits(shown):
                return shown
        return next((shown for _, shown in sorted(self._open.items(), reverse=True) if fits(shown)), None)

    def _around(self, event: HistoryEvent) -> Iterator[_Shown]:
        """The state that is open in the event's line, and those that it is in, from the inside."""
        fork = self._forks.get(event.previous)
        if fork is not None:
            shown: _Shown | None = self._open[fork]
        else:
            line = self._line(event)
            at = line.state if line.state is not None else line.inside
            shown = self._open[at] if at is not None else None
        while shown is not None:
            yield shown
            inside = self._lines[shown.open.line].inside
            shown = self._open[inside] if inside is not None else None

    def _is_inside(self, shown: _Shown, container: _Shown) -> bool:
        around = self._lines[shown.open.line].inside
        while around is not None:
            if around == container.open.id:
                return True
            around = self._lines[self._open[around].open.line].inside
        return False

    # Telling ----------------------------------------------------------------------------------------------------------

    def _tell(self, shown: _Shown) -> RunState:
        state = shown.open
        working, waiting = self._seconds(shown)
        attempts = list(shown.attempts)
        if state.scheduled_at is not None:
            attempts.append(self._attempt(state, AttemptStatus.RUNNING, None))
        return RunState(
            id=state.id,
            name=state.name,
            path=state.path,
            type=state.type,
            parent=shown.parent,
            iteration=shown.iteration,
            branch=shown.branch,
            status=shown.status or _status_of_open(state),
            entered_at=_text(state.entered_at),
            exited_at=_text(shown.exited_at) if shown.exited_at else None,
            working_seconds=working,
            waiting_seconds=waiting,
            attempts=attempts,
            input=self._payload(shown.input),
            output=self._payload(shown.output),
            message_id=shown.message_id,
            continued=shown.continued,
        )

    def _seconds(self, shown: _Shown) -> tuple[float | None, float | None]:
        """For how long it worked, and waited."""
        state = shown.open
        if state.type in _CONTAINERS:
            return None, None
        if shown.exited_at is None:
            return round(state.worked, 3), None
        whole = (shown.exited_at - state.entered_at).total_seconds()
        worked = whole if state.type in _INSTANT else state.worked
        return round(worked, 3), round(max(whole - worked, 0.0), 3)

    def _payload(self, text: str | None) -> Payload | None:
        return Payload.of(text, self._payload_max) if text is not None else None


def _status_of_open(state: OpenState) -> StateStatus:
    waits = state.type == "Wait" or (state.failed and state.scheduled_at is None)
    return StateStatus.WAITING if waits else StateStatus.RUNNING


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
