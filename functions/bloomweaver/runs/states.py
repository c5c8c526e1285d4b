"""What is told of a run's states: when each was entered and left, its attempts, and what it waited and worked."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

SHORT_CHARACTERS = 400
"""Of an input, an output or a cause that is not asked for as a whole."""


class StateStatus(StrEnum):
    """How far a state is."""

    RUNNING = "running"
    WAITING = "waiting"
    """For its time to come, or until it is tried again."""
    SUCCEEDED = "succeeded"
    CAUGHT = "caught"
    """It failed, and the run went on with what is there for that."""
    FAILED = "failed"
    ABORTED = "aborted"
    """It was left before it ended: another branch failed, or the run was ended."""


OPEN = frozenset({StateStatus.RUNNING, StateStatus.WAITING})
"""The statuses of a state that was entered and not left."""


class AttemptStatus(StrEnum):
    """How far an attempt is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    ABORTED = "aborted"


class Payload(BaseModel):
    """A text of a history, or its beginning."""

    model_config = ConfigDict(frozen=True)

    text: str
    length: int
    """Characters of the whole."""
    cut: bool = False
    """Whether `text` is only its beginning."""

    @classmethod
    def of(cls, text: str, most: int | None) -> "Payload":
        """The text, cut after so many characters, or whole."""
        if most is None or len(text) <= most:
            return cls(text=text, length=len(text))
        return cls(text=text[:most], length=len(text), cut=True)


class Attempt(BaseModel):
    """One try of a state. A Parallel or a Map has them too, each with all that is in it."""

    model_config = ConfigDict(frozen=True)

    number: int
    """From 1."""
    status: AttemptStatus
    scheduled_at: str
    started_at: str | None = None
    """When the service that does it began; none where the history does not tell it apart from `scheduled_at`."""
    ended_at: str | None = None
    error: str | None = None
    """What it failed with, such as `EmbeddingUnavailable`."""
    cause: Payload | None = None


class RunState(BaseModel):
    """A state of a run, each time it was entered."""

    model_config = ConfigDict(frozen=True)

    id: int
    """The number of the event with which it was entered."""
    name: str
    path: str
    """Its name with those of the states that it is in, as the nodes of the run's graph have it."""
    type: str
    """`Task`, `Pass`, `Choice`, `Wait`, `Succeed`, `Fail`, `Parallel` or `Map`."""
    parent: int | None = None
    """The `id` of the Parallel or the Map that it is in."""
    iteration: int | None = None
    """In which iteration of the Map it is, from 0."""
    branch: int | None = None
    """In which branch of the Parallel it is, in the order in which they began, from 0."""
    status: StateStatus
    entered_at: str
    exited_at: str | None = None
    working_seconds: float | None = None
    """For how long its attempts have been at work. None of a Parallel and a Map: look at what is in them."""
    waiting_seconds: float | None = None
    """For how long not: before a service began, between two attempts, and all of a Wait. None until it is left."""
    attempts: list[Attempt] = []
    input: Payload | None = None
    output: Payload | None = None
    message_id: str | None = None
    """Of the message that it sent to a queue, such as a dead letter."""
    continued: bool = False
    """Whether it was entered on a page before. Its attempts from there, and its input, are not repeated."""


def cause_of(text: str | None, most: int | None) -> Payload | None:
    """The cause of an error, cut: of a Lambda function's error object the message alone; whole if `most` is none."""
    if not text:
        return None
    if most is None:
        return Payload.of(text, None)
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = None
    message = found.get("errorMessage") if isinstance(found, dict) else None
    if not isinstance(message, str):
        return Payload.of(text, most)
    # What is left out is more than the message's own end.
    return Payload(text=message[:most], length=len(text), cut=True)


def without_texts(state: RunState) -> RunState:
    """The state without what it was given, what it made, and what its errors say."""
    attempts = [attempt.model_copy(update={"cause": None}) for attempt in state.attempts]
    return state.model_copy(update={"attempts": attempts, "input": None, "output": None})


def merge(states: Iterable[RunState], more: Iterable[RunState]) -> list[RunState]:
    """The states of several pages as one: those that go on are put together."""
    merged = {state.id: state for state in states}
    for state in more:
        known = merged.get(state.id)
        merged[state.id] = state if known is None else _merged(known, state)
    return list(merged.values())


def _merged(known: RunState, more: RunState) -> RunState:
    attempts = {attempt.number: attempt for attempt in (*known.attempts, *more.attempts)}
    return more.model_copy(
        update={
            "attempts": list(attempts.values()),
            "input": known.input,
            "message_id": more.message_id or known.message_id,
            "continued": known.continued,
        }
    )


def working_seconds(states: Iterable[RunState], until: str) -> float:
    """For how long at least one attempt of a task was at work, those that are still by `until`."""
    attempts = [attempt for state in states if state.type == "Task" for attempt in state.attempts]
    spans = [(attempt.started_at or attempt.scheduled_at, attempt.ended_at or until) for attempt in attempts]
    return _covered(sorted((datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in spans))


def _covered(spans: Sequence[tuple[datetime, datetime]]) -> float:
    """The seconds that are within at least one of the spans, which are in order."""
    seconds, reached = 0.0, None
    for begin, end in spans:
        start = begin if reached is None else max(begin, reached)
        if end > start:
            seconds += (end - start).total_seconds()
        reached = end if reached is None else max(reached, end)
    return seconds
