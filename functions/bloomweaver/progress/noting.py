"""Notes how far something is, for those who do it. Whoever works is never stopped by a note that cannot be written."""

import time
from collections.abc import Callable, Collection

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Branch
from bloomweaver.models.run import OF_DOCUMENTS, RunEntry
from bloomweaver.pipeline.wake import Found
from bloomweaver.progress.notes import Attempt, Cut, Part, Step
from bloomweaver.progress.ports import ProgressTable

EVERY_SECONDS = 2.0
"""A step that follows another one sooner is left out: the next one says more."""

Say = Callable[[Step], None]
"""Tells how far an operation is, as often as there is something new."""


def say_nothing(step: Step) -> None:
    """For an operation that nobody follows."""


def note_nothing(id_: str, step: Step) -> None:
    """The same, where it has several names."""


class Noting:
    """Notes progress. `report` is told of what could not be written: it is not shown, and nothing else is wrong."""

    def __init__(self, table: ProgressTable, report: Callable[[StorageUnavailable], None]) -> None:
        self._table = table
        self._report = report

    def cut(self, attempt: Attempt, cut: Cut, batches: Collection[int]) -> None:
        """Note what is to be embedded, if there is more to show than that it is worked on."""
        if len(batches) > 1:
            self._write(lambda: self._table.cut(attempt, cut))

    def embedded(self, attempt: Attempt, index: str, part: Part, *, batch_count: int, awaited: bool) -> None:
        """Note that a batch is embedded, if what was cut was noted, or `awaited`: that it waited for an instance."""
        if batch_count > 1 or awaited:
            self._write(lambda: self._table.embedded(attempt, index, part))

    def written(self, attempt: Attempt, index: str, branch: Branch, batches: Collection[int]) -> None:
        """Note that a branch has written everything, if what was cut was noted."""
        if len(batches) > 1:
            self._write(lambda: self._table.written(attempt, index, branch))

    def woken(self, attempt: Attempt, found: Found) -> None:
        """Note that an instance is being waited for, if there is a fleet and it has none."""
        if found in (Found.ASLEEP, Found.STARTING):
            self._write(lambda: self._table.waking(attempt))

    def done(self, id_: str, part: Part) -> None:
        """Note that a part of an operation is done."""
        self._write(lambda: self._table.done(id_, part))

    def step(self, id_: str, step: Step) -> None:
        """Note where an operation stands."""
        self._write(lambda: self._table.step(id_, step))

    def run(self, entry: RunEntry) -> None:
        """Note that the run of an operation began, or how it ended. Of a run of a document the record says that."""
        if entry.state_machine not in OF_DOCUMENTS:
            self._write(lambda: self._table.run(entry))

    def steps(self, id_: str, monotonic: Callable[[], float] = time.monotonic) -> Say:
        """Says where an operation stands: what is new, and every `EVERY_SECONDS` at most but where it is another
        phase."""
        said: Step | None = None
        again_at = 0.0

        def say(step: Step) -> None:
            nonlocal said, again_at
            is_due = said is None or step.phase != said.phase or monotonic() >= again_at
            if step != said and is_due:
                self.step(id_, step)
                said, again_at = step, monotonic() + EVERY_SECONDS

        return say

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except StorageUnavailable as error:
            self._report(error)
