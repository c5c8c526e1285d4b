"""What is noted of something while it runs: of one attempt at a version of a document, or of an operation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bloomweaver.models.record import Branch
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.progress.progress import ProgressUnit

_PART = re.compile(r"([0-9]{1,9}):.+")


@dataclass(frozen=True)
class Attempt:
    """One run of a version of a document. Another attempt has notes of its own, so none is shown for another's."""

    doc_hash: str
    version: int
    attempt: int


@dataclass(frozen=True)
class Part:
    """Something that is done, with how many it counts for. Noted twice it is the same, and counts once."""

    name: str
    count: int

    def __str__(self) -> str:
        return f"{self.count}:{self.name}"


def counted(parts: Iterable[str]) -> int:
    """How many the parts are together; each is what `str` makes of a `Part`."""
    return sum(int(found[1]) for part in parts if (found := _PART.fullmatch(part)))


@dataclass(frozen=True)
class Cut:
    """What a version was cut to."""

    index: str
    """The name of the vector index that it was cut for."""
    passages: int
    reused: int
    """Of these, those whose vectors were taken over."""


@dataclass(frozen=True)
class DocumentNotes:
    """What is noted of an attempt."""

    step: int
    """Counts what was noted."""
    at: str
    """When something was noted last, in the form of `Clock`."""
    cut: Cut | None = None
    embedded: int = 0
    """Passages."""
    written: frozenset[Branch] = field(default_factory=frozenset)
    waking_since: str | None = None


@dataclass(frozen=True)
class Step:
    """Where an operation stands."""

    machine: StateMachine
    phase: str
    unit: ProgressUnit
    done: int | None = None
    """None where parts are noted as they are done."""
    of: int | None = None
    """None where nobody knows."""


@dataclass(frozen=True)
class OperationNotes:
    """What is noted of an operation."""

    id: str
    machine: StateMachine
    step: int
    at: str
    started_at: str
    phase: str | None = None
    done: int | None = None
    of: int | None = None
    unit: ProgressUnit | None = None
    parts: int = 0
    """What the parts that are done count for."""
    status: RunStatus = RunStatus.RUNNING
    error_type: str | None = None
    """Of one that did not succeed."""
