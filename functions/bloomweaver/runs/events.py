"""The events of a run's history, as Step Functions has them: which come in order, and what each says."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """An event of a history."""

    id: int
    """Its number, from 1."""
    previous: int
    """The event that led to this one; 0 is none."""
    type: str
    """Such as `TaskStateEntered`."""
    at: datetime
    name: str | None = None
    """Of the state, where the event says it."""
    input: str | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    index: int | None = None
    """Of a Map's iteration."""
    message_id: str | None = None
    """Of a message that a task sent to a queue."""


class Subject(StrEnum):
    """What an event is of."""

    STATE = "state"
    ATTEMPT = "attempt"
    """Of a task."""
    ITERATION = "iteration"
    """Of a Map."""
    EXECUTION = "execution"
    OTHER = "other"


class Kind(NamedTuple):
    """What an event's type says."""

    subject: Subject
    state_type: str
    """Of a state: such as `Task`."""
    happened: str
    """Such as `Entered`, `Failed`."""


_STATE = re.compile(r"(Task|Pass|Choice|Wait|Succeed|Fail|Parallel|Map)State(\w+)")
_ATTEMPT = re.compile(r"(?:Task|LambdaFunction|Activity)(\w+)")
_ITERATION = re.compile(r"MapIteration(\w+)")
_EXECUTION = re.compile(r"Execution(\w+)")


def kind_of(type_: str) -> Kind:
    """What a type of event says. One that is not known is of nothing."""
    if match := _STATE.fullmatch(type_):
        return Kind(Subject.STATE, match[1], match[2])
    if match := _ATTEMPT.fullmatch(type_):
        return Kind(Subject.ATTEMPT, "Task", match[1])
    if match := _ITERATION.fullmatch(type_):
        return Kind(Subject.ITERATION, "Map", match[1])
    if match := _EXECUTION.fullmatch(type_):
        return Kind(Subject.EXECUTION, "", match[1])
    return Kind(Subject.OTHER, "", "")
