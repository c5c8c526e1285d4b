"""The states of a run as lines of a tree: readable on a terminal of 80 columns, and in a pipe.

What went well at once in many iterations of a Map is one line.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len
from rich.text import Text

from bloomweaver.models.run import RunStatus
from bloomweaver.runs.states import OPEN, Attempt, AttemptStatus, RunState, StateStatus
from cli import output
from cli.answers import RunDetail

NAME_CELLS = 36
"""Names are padded to so many, with what is before them: so times are in a column."""
SUMMED_UP_FROM = 4
"""So many iterations that went well at once are a line together."""
ATTEMPTS_SHOWN = 3
"""Of those that failed, the last ones."""
LEAST_WAIT = 0.05
"""Seconds; less is no waiting that somebody would look for."""
STYLES: Mapping[str, str] = {
    "failed": "bold red",
    "timed_out": "bold red",
    "aborted": "red",
    "caught": "yellow",
    "running": "cyan",
    "waiting": "cyan",
}


@dataclass(frozen=True)
class _Node:
    """A line of the tree, with those below it."""

    name: str
    took: str = ""
    told: str = ""
    style: str = ""
    below: Sequence["_Node"] = ()

    def lines(self, before: str, mark: str, after: str) -> Iterator[Text]:
        """The line, which begins with `before` and its mark, and those below, which begin with `before` and `after`."""
        yield self._line(f"{before}{mark}")
        for place, node in enumerate(self.below):
            last = place == len(self.below) - 1
            yield from node.lines(f"{before}{after}", "`- " if last else "|- ", "   " if last else "|  ")

    def _line(self, before: str) -> Text:
        line = Text.assemble((before, "dim"), (output.plain(self.name).plain, self.style))
        if self.took:
            line.append(" " * (NAME_CELLS - cell_len(line.plain)))
            line.append(f" {self.took:>9}")
        if self.told:
            line.append(f"  {output.plain(self.told).plain}", self.style)
        return line


def lines_of(run: RunDetail, *, every: bool) -> Iterator[Text]:
    """The lines. With `every` each iteration has its own."""
    inside: dict[int | None, list[RunState]] = defaultdict(list)
    for state in run.states:
        inside[state.parent].append(state)
    failed = run.status not in (RunStatus.RUNNING, RunStatus.SUCCEEDED)
    for node in _Tree(inside, every=every, failed=failed).nodes(None):
        yield from node.lines("", "", "")


def duration(seconds: float) -> str:
    """A time as people say it: `0.21 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 100:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 100:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def seconds_of(begin: str, end: str) -> float:
    """The seconds from one time to the other."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()


class _Tree:
    def __init__(self, inside: Mapping[int | None, list[RunState]], *, every: bool, failed: bool) -> None:
        self._inside = inside
        self._every = every
        self._failed = failed

    def nodes(self, parent: int | None) -> list[_Node]:
        """What is in a state: of a Parallel a branch after the other, of a Map an iteration after the other."""
        parts: dict[tuple[int, int], list[RunState]] = defaultdict(list)
        for state in self._inside.get(parent, ()):
            parts[state.iteration if state.iteration is not None else -1, state.branch or 0].append(state)
        well = [place for place, part in parts.items() if place[0] >= 0 and self._went_well(part)]
        together = [] if self._every or len(well) < SUMMED_UP_FROM else [parts.pop(place) for place in well]
        found = [_sum(together)] if together else []
        return found + [self._node(state) for place in sorted(parts) for state in parts[place]]

    def _went_well(self, part: Sequence[RunState]) -> bool:
        return all(
            state.status is StateStatus.SUCCEEDED
            and len(state.attempts) <= 1
            and self._went_well(self._inside.get(state.id, ()))
            for state in part
        )

    def _node(self, state: RunState) -> _Node:
        turn = f"[{state.iteration}] " if state.iteration is not None else ""
        return _Node(
            name=f"{turn}{state.name}",
            took=duration(seconds_of(state.entered_at, state.exited_at)) if state.exited_at is not None else "-",
            told=", ".join(_told(state)),
            style=self._style(state),
            below=[*_errors(state), *self.nodes(state.id)],
        )

    def _style(self, state: RunState) -> str:
        if state.status is StateStatus.CAUGHT and self._failed:
            return "red"
        return STYLES.get(state.status.value, "")


def _told(state: RunState) -> Iterator[str]:
    if state.status in OPEN:
        yield f"{state.status.value} since {state.entered_at[11:19]}"
    elif state.status is not StateStatus.SUCCEEDED:
        yield state.status.value
    if len(state.attempts) > 1:
        yield f"{len(state.attempts)} attempts"
    if state.waiting_seconds is not None and state.waiting_seconds >= LEAST_WAIT:
        yield f"waited {duration(state.waiting_seconds)}"
    if state.message_id is not None:
        yield f"message {state.message_id}"


def _errors(state: RunState) -> Iterator[_Node]:
    """The errors of the attempts, the last ones where they are many."""
    in_vain = (AttemptStatus.FAILED, AttemptStatus.TIMED_OUT)
    failed = [attempt for attempt in state.attempts if attempt.status in in_vain and attempt.error is not None]
    if len(failed) > ATTEMPTS_SHOWN:
        yield _Node(f"{len(failed) - ATTEMPTS_SHOWN} more failed before these", style="dim")
    for attempt in failed[-ATTEMPTS_SHOWN:]:
        yield _Node(_error(attempt), style="red")


def _error(attempt: Attempt) -> str:
    cause = f": {output.snippet(attempt.cause.text)}" if attempt.cause is not None else ""
    return f"attempt {attempt.number}: {attempt.error}{cause}"


def _sum(parts: Sequence[Sequence[RunState]]) -> _Node:
    """Iterations that went well at once, as one line."""
    names = ", ".join(dict.fromkeys(state.name for state in parts[0]))
    took = sorted(seconds_of(part[0].entered_at, part[-1].exited_at or part[-1].entered_at) for part in parts)
    return _Node(f"{len(parts)} x {names}", took=duration(took[0]), told=f"to {duration(took[-1])}")
