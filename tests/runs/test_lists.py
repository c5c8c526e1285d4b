"""Lists of runs: by state machine, status and time, the newest first, a page after the other; and of a document."""

import base64
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bloomweaver.errors import InvalidCursor, UnknownDocument
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.runs.lists import list_document_runs, list_runs
from bloomweaver.runs.requests import DocumentRunsRequest, RunsRequest
from tests.fakes import MemoryRecords
from tests.library.test_following import record
from tests.runs.memory_runs import MemoryRuns, entry


def _table() -> MemoryRuns:
    table = MemoryRuns()
    for number in range(12):
        machine = (StateMachine.CREATE, StateMachine.UPDATE, StateMachine.REINDEX)[number % 3]
        name = f"doc{number % 2}-{number}" if machine is not StateMachine.REINDEX else f"moved{number}"
        status = RunStatus.FAILED if number % 4 == 0 else RunStatus.SUCCEEDED
        table.put(entry(name, status, machine=machine, started_at=f"2026-11-29T12:{number:02}:00.000000+00:00"))
    return table


def _names(table: MemoryRuns, **query: Any) -> list[str]:
    """The names of all pages."""
    names: list[str] = []
    cursor = None
    while True:
        page = list_runs(table, RunsRequest.model_validate({**query, **({"cursor": cursor} if cursor else {})}))
        assert len(page.runs) <= int(query.get("limit", 50))
        names += [run.name for run in page.runs]
        cursor = page.next_cursor
        if cursor is None:
            return names


@pytest.mark.parametrize("limit", ["1", "2", "5", "50"])
def test_the_newest_run_comes_first_and_none_is_missing_or_twice(limit: str) -> None:
    table = _table()
    newest_first = [run.name for run in sorted(table.entries.values(), key=lambda run: run.started_at, reverse=True)]
    assert _names(table, limit=limit) == newest_first
    assert _names(table, limit=limit, state_machine="update") == ["doc0-10", "doc1-7", "doc0-4", "doc1-1"]
    assert _names(table, limit=limit, status="failed") == ["moved8", "doc0-4", "doc0-0"]
    assert _names(table, limit=limit, state_machine="reindex", status="failed") == ["moved8"]
    within = {"since": "2026-11-29T13:04:00+01:00", "until": "2026-11-29T12:07:00Z"}
    assert _names(table, limit=limit, **within) == ["doc1-7", "doc0-6", "moved5", "doc0-4"]


def test_an_operation_is_named_by_what_its_own_route_takes() -> None:
    table = MemoryRuns()
    table.put(entry("r-1", machine=StateMachine.RECONCILE))
    table.put(entry("doc-1"))
    runs = {run.id: run for run in list_runs(table, RunsRequest()).runs}
    assert (runs["reconcile-r-1"].operation_id, runs["reconcile-r-1"].document) == ("r-1", None)
    assert runs["create-doc-1"].operation_id is None
    assert runs["create-doc-1"].document is not None


def test_the_runs_of_a_document_are_its_own() -> None:
    table, records = _table(), MemoryRecords()
    page = list_document_runs(table, records, "doc1", DocumentRunsRequest(limit=2))
    assert [run.name for run in page.runs] == ["doc1-9", "doc1-7"]
    rest = list_document_runs(table, records, "doc1", DocumentRunsRequest(limit=50, cursor=page.next_cursor))
    assert [run.name for run in rest.runs] == ["doc1-3", "doc1-1"]


def test_a_document_without_runs_is_told_from_one_that_is_not_known() -> None:
    records = MemoryRecords()
    records.put(record("new", 1), None)
    assert list_document_runs(MemoryRuns(), records, "new", DocumentRunsRequest()).runs == []
    for unknown in ("unknown", "no id!"):
        with pytest.raises(UnknownDocument):
            list_document_runs(MemoryRuns(), records, unknown, DocumentRunsRequest())


def test_a_cursor_goes_on_with_its_own_list_alone() -> None:
    table = _table()
    cursor = list_runs(table, RunsRequest(limit=2)).next_cursor
    since = {"since": "2026-11-29T12:00:00Z"}
    for other in ({"status": "failed"}, {"state_machine": "create"}, since, {"until": "2026-11-29T12:30:00Z"}):
        with pytest.raises(InvalidCursor):
            list_runs(table, RunsRequest.model_validate({**other, "cursor": cursor}))
    with pytest.raises(InvalidCursor):
        list_document_runs(table, MemoryRecords(), "doc1", DocumentRunsRequest(cursor=cursor))
    assert list_runs(table, RunsRequest(limit=7, cursor=cursor)).runs


def _packed(value: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode()


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_a_cursor_that_no_page_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        list_runs(_table(), RunsRequest(cursor=cursor))


def test_a_cursor_that_was_made_up_is_refused() -> None:
    table = _table()
    cursor = list_runs(table, RunsRequest.model_validate({"limit": 2, "since": "2026-11-29T12:05:00Z"})).next_cursor
    assert cursor is not None
    known = json.loads(zlib.decompress(base64.urlsafe_b64decode(cursor + "==")))
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 10_000_000)).decode()
    outside = {**known, "started_at": "2026-11-29T12:01:00.000000+00:00"}
    for made_up in (bomb, _packed({**known, "id": ""}), _packed(outside), _packed({**known, "more": 1}), cursor[:-4]):
        with pytest.raises(InvalidCursor):
            list_runs(table, RunsRequest.model_validate({"since": "2026-11-29T12:05:00Z", "cursor": made_up}))


@pytest.mark.parametrize(
    "query",
    [
        {"status": "RUNNING"},
        {"state_machine": "other"},
        {"since": "yesterday"},
        {"since": "2026-11-29T12:00:00"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "2026-11-29T12:00:00Z", "until": "2026-11-29T11:59:59Z"},
        {"limit": "0"},
        {"limit": "201"},
        {"unknown": "1"},
    ],
)
def test_a_list_that_cannot_be_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RunsRequest.model_validate(query)
