"""What progress needs from outside: a table of notes, and how many messages wait."""

from collections.abc import Collection, Iterable
from typing import Protocol

from bloomweaver.models.record import Branch, Operation
from bloomweaver.models.run import RunEntry
from bloomweaver.progress.notes import Attempt, Cut, DocumentNotes, OperationNotes, Part, Step


class ProgressTable(Protocol):
    """What is noted while something runs. Raises `StorageUnavailable` where it cannot be reached.

    Everything may be noted twice. Nothing is told apart from what was never noted: notes may be late, lost or gone.
    """

    def cut(self, attempt: Attempt, cut: Cut) -> None:
        """Note what is to be embedded. What was noted of a cut for another index is forgotten; of the same it stays."""

    def embedded(self, attempt: Attempt, index: str, part: Part) -> None:
        """Note that a batch is embedded, and so that nothing waits for an instance. Where nothing is noted of the
        attempt, or it is cut for another index, that does nothing."""

    def written(self, attempt: Attempt, index: str, branch: Branch) -> None:
        """Note that a branch has written everything; under the same condition."""

    def waking(self, attempt: Attempt) -> None:
        """Note that an instance is being waited for, from now on or since it was noted first."""

    def documents(self, attempts: Collection[Attempt]) -> dict[Attempt, DocumentNotes]:
        """What is noted of these attempts; those of which nothing is are left out."""

    def step(self, id_: str, step: Step) -> None:
        """Note where an operation stands, unless it has ended."""

    def done(self, id_: str, part: Part) -> None:
        """Note that a part of an operation is done, unless it has ended."""

    def run(self, entry: RunEntry) -> None:
        """Note that the run of an operation began, or how it ended, if nothing newer is noted of that."""

    def operations(self, ids: Collection[str]) -> dict[str, OperationNotes]:
        """What is noted of these operations; those of which nothing is are left out."""


class QueueDepths(Protocol):
    """How many messages wait."""

    def waiting(self, operations: Iterable[Operation]) -> dict[Operation, int]:
        """About how many wait in the queue of each operation; one that cannot be asked at the moment is left out. They
        may be as many as there were some seconds ago."""
