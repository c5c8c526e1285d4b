"""The table of runs and Step Functions' memory of them, in memory, with the faults that they may have."""

from collections.abc import Mapping, Sequence
from typing import Any

from bloomweaver.errors import InvalidCursor, StorageUnavailable, UnknownRun
from bloomweaver.models.record import Operation
from bloomweaver.models.run import DocumentOfRun, RunEntry, RunStatus, StateMachine, run_id
from bloomweaver.runs.events import HistoryEvent
from bloomweaver.runs.ports import DescribedRun, EventPage, Place, RunList, TablePage

ACCOUNT = "123456789012"


class MemoryRuns:
    """Implements `RunTable`."""

    def __init__(self) -> None:
        self.entries: dict[str, RunEntry] = {}
        self.fails = False

    def get(self, id_: str) -> RunEntry | None:
        """See `RunTable`."""
        self._may_fail()
        return self.entries.get(id_)

    def put(self, entry: RunEntry) -> bool:
        """See `RunTable`."""
        self._may_fail()
        known = self.entries.get(entry.id)
        if known is not None and known.order >= entry.order:
            return False
        document = entry.document or (known.document if known else None)
        self.entries[entry.id] = entry.model_copy(update={"document": document})
        return True

    def page(
        self,
        of: RunList,
        *,
        since: str | None,
        until: str | None,
        limit: int,
        after: Place | None,
        oldest_first: bool = False,
    ) -> TablePage:
        """See `RunTable`."""
        self._may_fail()
        found = sorted(
            (entry for entry in self.entries.values() if _is_of(entry, of) and _is_within(entry, since, until)),
            key=lambda entry: (entry.started_at, entry.id),
            reverse=not oldest_first,
        )
        if after is not None:
            here = (after.started_at, after.id)
            found = [
                entry
                for entry in found
                if ((entry.started_at, entry.id) > here) == oldest_first and (entry.started_at, entry.id) != here
            ]
        page = found[:limit]
        place = Place(page[-1].started_at, page[-1].id) if len(found) >= limit and page else None
        return TablePage(page, place)

    def _may_fail(self) -> None:
        if self.fails:
            raise StorageUnavailable("the table cannot be reached")


class MemoryHistories:
    """Implements `RunHistories`. `looks` has what was described, `pages` how many pages of histories were read."""

    def __init__(self) -> None:
        self.described: dict[tuple[StateMachine, str], DescribedRun] = {}
        self.histories: dict[tuple[StateMachine, str], Sequence[HistoryEvent]] = {}
        self.definitions: dict[tuple[StateMachine, str], Mapping[str, Any]] = {}
        self.looks: list[str] = []
        self.pages = 0

    def add(self, entry: RunEntry, events: Sequence[HistoryEvent] = (), **texts: str | None) -> None:
        """Have Step Functions know a run."""
        place = (entry.state_machine, entry.name)
        given = dict.fromkeys(("input", "output", "error", "cause")) | texts
        self.described[place] = DescribedRun(entry, self.arn_of(*place), **given)
        self.histories[place] = events

    def arn_of(self, machine: StateMachine, name: str) -> str:
        """See `RunHistories`."""
        return f"arn:aws:states:us-east-1:{ACCOUNT}:execution:stack-{machine}:{name}"

    def describe(self, machine: StateMachine, name: str) -> DescribedRun | None:
        """See `RunHistories`."""
        self.looks.append(run_id(machine, name))
        return self.described.get((machine, name))

    def events(self, machine: StateMachine, name: str, *, limit: int, token: str | None, data: bool) -> EventPage:
        """See `RunHistories`."""
        self.pages += 1
        if (machine, name) not in self.histories:
            raise UnknownRun(name)
        if token is not None and not token.isdigit():
            raise InvalidCursor("no token")
        begin = int(token or 0)
        events = self.histories[machine, name]
        end = begin + limit
        return EventPage(events[begin:end], str(end) if end < len(events) else None)

    def definition(self, machine: StateMachine, name: str) -> Mapping[str, Any]:
        """See `RunHistories`."""
        return self.definitions[machine, name]


def entry(
    name: str = "doc-1",
    status: RunStatus = RunStatus.RUNNING,
    *,
    machine: StateMachine = StateMachine.CREATE,
    started_at: str = "2026-11-29T12:00:00.000000+00:00",
    **more: Any,
) -> RunEntry:
    """A run; of the document in its name, where its state machine is of documents."""
    document = None
    if machine in (StateMachine.CREATE, StateMachine.UPDATE, StateMachine.DELETE):
        doc_hash, _, version = name.rpartition("-")
        operation = Operation(machine.value.upper())
        document = DocumentOfRun(doc_hash=doc_hash, version=int(version), attempt=0, operation=operation)
    fields: dict[str, Any] = {
        "id": run_id(machine, name),
        "state_machine": machine,
        "name": name,
        "status": status,
        "started_at": started_at,
        "ended_at": None if status is RunStatus.RUNNING else "2026-11-29T12:00:09.000000+00:00",
        "document": document,
    }
    return RunEntry(**fields | more)


def _is_of(entry: RunEntry, of: RunList) -> bool:
    if of.doc_hash is not None:
        return entry.document is not None and entry.document.doc_hash == of.doc_hash
    return of.state_machine in (None, entry.state_machine) and of.status in (None, entry.status)


def _is_within(entry: RunEntry, since: str | None, until: str | None) -> bool:
    return (since or "") <= entry.started_at <= (until or entry.started_at)
