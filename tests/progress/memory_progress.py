"""Notes of progress in memory, and queues whose lengths a test sets."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Branch, Operation
from bloomweaver.models.run import RunEntry, RunStatus
from bloomweaver.ports import Clock
from bloomweaver.progress.notes import Attempt, Cut, DocumentNotes, OperationNotes, Part, Step, counted
from bloomweaver.progress.reading import ProgressReading


@dataclass
class _Document:
    notes: DocumentNotes
    parts: set[str] = field(default_factory=set)


@dataclass
class _Operation:
    notes: OperationNotes | None = None
    parts: set[str] = field(default_factory=set)
    order: int = -1


@dataclass
class MemoryProgress:
    """Implements `ProgressTable`. `failing` refuses every request; `writes` and `reads` count them."""

    clock: Clock
    kept: dict[Attempt, _Document] = field(default_factory=dict)
    kept_operations: dict[str, _Operation] = field(default_factory=dict)
    failing: bool = False
    writes: int = 0
    reads: int = 0

    def cut(self, attempt: Attempt, cut: Cut) -> None:
        """See `ProgressTable`."""
        kept = self._written(attempt)
        if kept.notes.cut is None or kept.notes.cut.index != cut.index:
            kept.parts.clear()
            self._change(kept, cut=cut, written=frozenset())

    def embedded(self, attempt: Attempt, index: str, part: Part) -> None:
        """See `ProgressTable`."""
        if self._is_of(attempt, index):
            self.kept[attempt].parts.add(str(part))
            self._change(self.kept[attempt], waking_since=None)

    def written(self, attempt: Attempt, index: str, branch: Branch) -> None:
        """See `ProgressTable`."""
        if self._is_of(attempt, index):
            kept = self.kept[attempt]
            self._change(kept, written=kept.notes.written | {branch})

    def waking(self, attempt: Attempt) -> None:
        """See `ProgressTable`."""
        kept = self._written(attempt)
        self._change(kept, waking_since=kept.notes.waking_since or self.clock())

    def documents(self, attempts: Collection[Attempt]) -> dict[Attempt, DocumentNotes]:
        """See `ProgressTable`."""
        self._asked()
        self.reads += 1
        return {each: self.kept[each].notes for each in attempts if each in self.kept}

    def step(self, id_: str, step: Step) -> None:
        """See `ProgressTable`."""
        self._go_on(id_, step.machine, phase=step.phase, unit=step.unit, done=step.done, of=step.of)

    def done(self, id_: str, part: Part) -> None:
        """See `ProgressTable`."""
        self._asked()
        self.writes += 1
        kept = self.kept_operations.setdefault(id_, _Operation())
        kept.parts.add(str(part))
        if kept.notes is not None:
            self._go_on(id_, kept.notes.machine)

    def run(self, entry: RunEntry) -> None:
        """See `ProgressTable`."""
        kept = self.kept_operations.setdefault(entry.name, _Operation())
        if entry.order > kept.order:
            kept.order = entry.order
            if kept.notes is not None and entry.status is RunStatus.RUNNING:
                kept.notes = replace(kept.notes, status=entry.status)
            changes = {"started_at": entry.started_at, "status": entry.status, "error_type": entry.error_type}
            self._go_on(entry.name, entry.state_machine, **changes)

    def operations(self, ids: Collection[str]) -> dict[str, OperationNotes]:
        """See `ProgressTable`."""
        self._asked()
        self.reads += 1
        found = {id_: self.kept_operations[id_].notes for id_ in ids if id_ in self.kept_operations}
        return {id_: notes for id_, notes in found.items() if notes is not None}

    def _go_on(self, id_: str, machine: object, **changes: object) -> None:
        self._asked()
        self.writes += 1
        now = self.clock()
        kept = self.kept_operations.setdefault(id_, _Operation())
        begun = OperationNotes(id=id_, machine=machine, step=0, at=now, started_at=now)  # type: ignore[arg-type]
        notes = kept.notes or begun
        if notes.status is RunStatus.RUNNING:
            common = {"step": notes.step + 1, "at": now, "parts": counted(kept.parts)}
            kept.notes = replace(notes, **{**common, **changes})  # type: ignore[arg-type]

    def _written(self, attempt: Attempt) -> _Document:
        self._asked()
        return self.kept.setdefault(attempt, _Document(DocumentNotes(step=0, at=self.clock())))

    def _is_of(self, attempt: Attempt, index: str) -> bool:
        self._asked()
        kept = self.kept.get(attempt)
        return kept is not None and (kept.notes.cut is None or kept.notes.cut.index == index)

    def _change(self, kept: _Document, **changes: object) -> None:
        self.writes += 1
        common = {"step": kept.notes.step + 1, "at": self.clock(), "embedded": counted(kept.parts)}
        kept.notes = replace(kept.notes, **{**common, **changes})  # type: ignore[arg-type]

    def _asked(self) -> None:
        if self.failing:
            raise StorageUnavailable("the table is not there")


@dataclass
class MemoryDepths:
    """Implements `QueueDepths`. `asked` are the queues that somebody wanted to know of."""

    depths: dict[Operation, int] = field(default_factory=dict)
    asked: list[Operation] = field(default_factory=list)

    def waiting(self, operations: Iterable[Operation]) -> dict[Operation, int]:
        """See `QueueDepths`."""
        self.asked += operations
        return {each: self.depths[each] for each in self.asked if each in self.depths}


def reading(
    clock: Clock,
    table: MemoryProgress | None = None,
    depths: MemoryDepths | None = None,
    report: Callable[[StorageUnavailable], None] = lambda error: None,
) -> ProgressReading:
    """Progress on stores in memory."""
    return ProgressReading(table or MemoryProgress(clock), depths or MemoryDepths(), clock, report)
