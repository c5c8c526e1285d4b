"""A run with its history, a page at a time, and its graph: what Step Functions is asked when somebody looks at one run.

It takes a few such requests a second of all callers together. A page of a history is one, and the first page one more,
for how far the run is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from bloomweaver import keys
from bloomweaver.errors import UnknownRun
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.record import Operation
from bloomweaver.models.run import RunEntry, StateMachine, split_run_id
from bloomweaver.ports import DocumentRecords
from bloomweaver.runs.answers import Chunks, RunDetail, RunError, RunGraph, RunSummary
from bloomweaver.runs.cursors import history_cursor, history_place
from bloomweaver.runs.events import HistoryEvent
from bloomweaver.runs.folding import Fold, Memory
from bloomweaver.runs.graph import graph_of
from bloomweaver.runs.links import links_of
from bloomweaver.runs.ports import DescribedRun, EventPage, RunHistories, RunTable
from bloomweaver.runs.requests import EVENTS_MAX, RunRequest
from bloomweaver.runs.states import SHORT_CHARACTERS, Payload, cause_of, without_texts

WHOLE_BYTES_MAX = 4_000_000
"""Of the texts in an answer that is to have them whole: a function answers 6 MB at most, with escapes."""
GRAPH_PAGES_MAX = 5
"""Pages of a history that a graph is made from."""


@dataclass(frozen=True)
class _Page:
    """A page of a history, and what is known of those before it."""

    events: EventPage
    limit: int
    memory: Memory | None

    def cursor(self, run_id: str, fold: Fold) -> str | None:
        """The cursor of the page after it."""
        return history_cursor(run_id, self.limit, self.events.token, fold.memory()) if self.events.token else None


class Runs:
    """Reads runs."""

    def __init__(self, table: RunTable, histories: RunHistories, records: DocumentRecords) -> None:
        self._table = table
        self._histories = histories
        self._records = records

    def detail(self, id_: str, request: RunRequest) -> RunDetail:
        """A run, and a page of its states. Raises `UnknownRun`, `InvalidCursor` and `StorageUnavailable`."""
        machine, name = _known(id_)
        if request.cursor is not None:
            place = history_place(id_, request.cursor)
            entry = self._entry(id_, machine, name)
            page = self._histories.events(machine, name, limit=place.limit, token=place.token, data=True)
            return self._told(entry, None, _Page(page, place.limit, place.memory), request)
        described = self._histories.describe(machine, name)
        if described is None:
            return self._told(self._kept(id_), None, None, request)
        page = self._histories.events(machine, name, limit=request.limit, token=None, data=True)
        return self._told(described.entry, described, _Page(page, request.limit, None), request)

    def graph(self, id_: str) -> RunGraph:
        """The graph of a run. Raises `UnknownRun` and `StorageUnavailable`."""
        machine, name = _known(id_)
        described = self._histories.describe(machine, name)
        if described is None:
            kept = self._kept(id_)
            raise UnknownRun(f"Step Functions does not know the run '{kept.id}' any more, nor what it was")
        definition = self._histories.definition(machine, name)
        fold, events, token = Fold(payload_max=SHORT_CHARACTERS), 0, None
        for _ in range(GRAPH_PAGES_MAX):
            page = self._histories.events(machine, name, limit=EVENTS_MAX, token=token, data=False)
            fold.add(page.events)
            events, token = events + len(page.events), page.token
            if token is None:
                break
        graph = graph_of(definition, fold.all_states())
        return RunGraph(
            id=id_,
            state_machine=machine,
            status=described.entry.status,
            complete=token is None,
            events=events,
            nodes=graph.nodes,
            edges=graph.edges,
        )

    def _entry(self, id_: str, machine: StateMachine, name: str) -> RunEntry:
        """What is known of a run whose history is read on: of the table, which costs Step Functions nothing."""
        kept = self._table.get(id_)
        if kept is not None:
            return kept
        described = self._histories.describe(machine, name)
        if described is None:
            raise _unknown(id_)
        return described.entry

    def _kept(self, id_: str) -> RunEntry:
        """What is kept of a run that Step Functions does not know, or not any more."""
        kept = self._table.get(id_)
        if kept is None:
            raise _unknown(id_)
        return kept

    def _told(
        self, entry: RunEntry, described: DescribedRun | None, page: _Page | None, request: RunRequest
    ) -> RunDetail:
        events = page.events.events if page is not None else ()
        most = SHORT_CHARACTERS if not request.whole or _bytes(events) > WHOLE_BYTES_MAX else None
        fold = Fold(page.memory if page is not None else None, payload_max=most)
        fold.add(events)
        arn = self._histories.arn_of(entry.state_machine, entry.name)
        detail = RunDetail(
            **RunSummary.of(entry).model_dump(),
            execution_arn=arn,
            history=page is not None,
            input=_payload(described.input if described is not None else None, most),
            output=_payload(described.output if described is not None else None, most),
            error=_error(entry, described, most),
            chunks=_chunks(entry, events),
            withheld=False,
            links=links_of(entry, arn),
            states=fold.states(),
            next_cursor=page.cursor(entry.id, fold) if page is not None else None,
        )
        return _withheld(detail) if self._was_deleted_since(entry) else detail

    def _was_deleted_since(self, entry: RunEntry) -> bool:
        """Whether the version that a run made was deleted. Of a removal itself nothing has to be withheld."""
        if entry.document is None or entry.document.operation not in (Operation.CREATE, Operation.UPDATE):
            return False
        record = self._records.get(entry.document.doc_hash)
        return record is not None and entry.document.version <= record.deleted_version


def _known(id_: str) -> tuple[StateMachine, str]:
    found = split_run_id(id_)
    if found is None:
        raise _unknown(id_)
    return found


def _unknown(id_: str) -> UnknownRun:
    return UnknownRun(f"no run '{id_}' is known here")


def _payload(text: str | None, most: int | None) -> Payload | None:
    return Payload.of(text, most) if text is not None else None


def _error(entry: RunEntry, described: DescribedRun | None, most: int | None) -> RunError | None:
    if entry.error_type is None:
        return None
    return RunError(type=entry.error_type, cause=cause_of(described.cause if described is not None else None, most))


def _withheld(detail: RunDetail) -> RunDetail:
    """The run without what may have come from a document that is deleted: names, times and counts are left."""
    error = detail.error.model_copy(update={"cause": None}) if detail.error is not None else None
    states = [without_texts(state) for state in detail.states]
    return detail.model_copy(update={"withheld": True, "input": None, "output": None, "error": error, "states": states})


def _bytes(events: Iterable[HistoryEvent]) -> int:
    """About how large the texts of events are in JSON, which escapes their quotation marks."""
    texts = (text for event in events for text in (event.input, event.output, event.cause) if text)
    return sum(len(text.encode()) + text.count('"') + text.count("\\") for text in texts)


def _chunks(entry: RunEntry, events: Iterable[HistoryEvent]) -> Chunks | None:
    """What the run cut its document into, by the last output of a state that says so."""
    if entry.document is None:
        return None
    found = None
    for event in events:
        if event.output is not None and event.type == "TaskStateExited" and '"artifacts"' in event.output:
            found = _artifacts(event.output) or found
    if found is None:
        return None
    key = keys.chunks_key(entry.document.doc_hash, entry.document.version, found.index)
    return Chunks(count=found.chunk_count, model=found.model, index=found.index, key=key)


def _artifacts(output: str) -> VersionArtifacts | None:
    try:
        return VersionArtifacts.model_validate(json.loads(output)["artifacts"])
    except (ValueError, KeyError, TypeError, ValidationError):  # an output of another form
        return None
