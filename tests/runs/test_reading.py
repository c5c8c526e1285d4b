"""A run and its history, a page at a time: from what Step Functions knows, and from the table where it forgot."""

import json
from typing import Any

import pytest

from bloomweaver.errors import InvalidCursor, UnknownRun
from bloomweaver.models.record import Operation
from bloomweaver.models.run import DocumentOfRun, RunStatus, StateMachine
from bloomweaver.runs.answers import RunDetail
from bloomweaver.runs.events import HistoryEvent
from bloomweaver.runs.reading import GRAPH_PAGES_MAX, Runs
from bloomweaver.runs.requests import EVENTS_MAX, RunRequest
from bloomweaver.runs.states import SHORT_CHARACTERS, merge, working_seconds
from tests.fakes import MemoryRecords
from tests.library.test_following import record
from tests.runs.histories import BEGIN, Step, make
from tests.runs.memory_runs import MemoryHistories, MemoryRuns, entry
from tests.statemachines import definitions

SCRIPT = (
    Step("Task", "Claim", failures=2),
    Step("Map", "Embed", parts=((Step("Task", "EmbedBatch"),),) * 9),
    Step("Parallel", "Write", parts=((Step("Task", "WritePinecone"),), (Step("Task", "WriteS3", failures=1),))),
    Step("Succeed", "Indexed"),
)


def _known(**texts: Any) -> tuple[Runs, MemoryRuns, MemoryHistories]:
    table, histories = MemoryRuns(), MemoryHistories()
    run = entry(status=RunStatus.SUCCEEDED)
    table.put(run)
    histories.add(run, make(SCRIPT, 3).events, **{"input": '{"doc_hash": "doc"}', "output": "{}", **texts})
    histories.definitions[StateMachine.CREATE, run.name] = definitions.load("create")
    return Runs(table, histories, MemoryRecords()), table, histories


def _all_pages(runs: Runs, limit: int) -> list[RunDetail]:
    pages, cursor = [], None
    while True:
        pages.append(runs.detail("create-doc-1", RunRequest(limit=limit, cursor=cursor)))
        cursor = pages[-1].next_cursor
        if cursor is None:
            return pages


@pytest.mark.parametrize("limit", [1, 7, 30, 1000])
def test_the_pages_together_are_the_run(limit: int) -> None:
    runs, _, _ = _known()
    whole = runs.detail("create-doc-1", RunRequest(limit=1000))
    pages = _all_pages(runs, limit)
    states = pages[0].states
    for page in pages[1:]:
        states = merge(states, page.states)
    assert states == whole.states
    assert [state.name for state in whole.states if state.parent is None] == ["Claim", "Embed", "Write", "Indexed"]
    assert {page.status for page in pages} == {RunStatus.SUCCEEDED}


def test_a_page_is_one_request_for_a_history_and_only_the_first_asks_how_far_the_run_is() -> None:
    runs, _, histories = _known()
    pages = _all_pages(runs, 30)
    assert len(pages) > 2
    assert (histories.pages, histories.looks) == (len(pages), ["create-doc-1"])
    assert pages[0].input is not None
    assert pages[1].input is None


def test_a_cursor_goes_on_with_its_own_run_alone_and_with_the_size_of_its_pages() -> None:
    runs, table, histories = _known()
    other = entry("other-1")
    histories.add(other, make(SCRIPT, 4).events)
    table.put(other)
    cursor = runs.detail("create-doc-1", RunRequest(limit=5)).next_cursor
    with pytest.raises(InvalidCursor):
        runs.detail("create-other-1", RunRequest(limit=5, cursor=cursor))
    [state] = runs.detail("create-doc-1", RunRequest(limit=1000, cursor=cursor)).states
    assert (state.name, state.continued, [attempt.number for attempt in state.attempts]) == ("Claim", True, [2, 3])
    for made_up in ("", "x", "AAAA"):
        with pytest.raises(InvalidCursor):
            runs.detail("create-doc-1", RunRequest(cursor=made_up))


@pytest.mark.parametrize("id_", ["", "doc-1", "create-unknown-1", "update-doc-1", "arn:aws:states:x:1:execution:m:n"])
def test_a_run_that_is_not_known_is_told_so(id_: str) -> None:
    runs, _, _ = _known()
    with pytest.raises(UnknownRun):
        runs.detail(id_, RunRequest())
    with pytest.raises(UnknownRun):
        runs.graph(id_)


def test_of_a_run_that_step_functions_forgot_is_told_what_the_table_has() -> None:
    runs, table, _ = _known()
    table.put(entry("old-1", RunStatus.FAILED, error_type="DeadLettered"))
    told = runs.detail("create-old-1", RunRequest())
    assert (told.history, told.states, told.status) == (False, [], RunStatus.FAILED)
    assert told.error is not None
    assert (told.error.type, told.error.cause) == ("DeadLettered", None)
    with pytest.raises(UnknownRun):
        runs.graph("create-old-1")


def test_a_run_that_the_table_does_not_know_yet_is_told_from_step_functions() -> None:
    runs, table, _ = _known()
    table.entries.clear()
    pages = _all_pages(runs, 30)
    assert {page.id for page in pages} == {"create-doc-1"}


def test_texts_are_short_unless_they_are_asked_for() -> None:
    long = json.dumps({"keys": ["k" * 50] * 20})
    cause = json.dumps({"errorType": "Wrong", "errorMessage": "it is", "stackTrace": ["a line"]})
    table, histories = MemoryRuns(), MemoryHistories()
    run = entry(status=RunStatus.FAILED, error_type="Wrong")
    events = [
        HistoryEvent(id=1, previous=0, type="ExecutionStarted", at=BEGIN),
        HistoryEvent(id=2, previous=0, type="PassStateEntered", at=BEGIN, name="Begin", input=long),
    ]
    histories.add(run, events, input=long, error="Wrong", cause=cause)
    runs = Runs(table, histories, MemoryRecords())
    short, whole = (runs.detail(run.id, RunRequest(whole=asked)) for asked in (False, True))
    assert short.input is not None
    assert whole.input is not None
    assert (short.input.length, len(short.input.text), short.input.cut) == (len(long), SHORT_CHARACTERS, True)
    assert (whole.input.text, whole.input.cut) == (long, False)
    assert short.error is not None
    assert short.error.cause is not None
    assert (short.error.cause.text, short.error.cause.cut) == ("it is", True)
    assert whole.error is not None
    assert whole.error.cause is not None
    assert whole.error.cause.text == cause
    assert whole.states[0].input is not None
    assert whole.states[0].input.text == long


def test_an_answer_that_would_be_too_large_has_its_texts_cut() -> None:
    table, histories = MemoryRuns(), MemoryHistories()
    events = [HistoryEvent(id=1, previous=0, type="ExecutionStarted", at=BEGIN)]
    for number in range(2, 30):
        large = HistoryEvent(id=number, previous=0, type="PassStateEntered", at=BEGIN, name="P", input='"' * 200_000)
        events.append(large)
    histories.add(entry(), events)
    runs = Runs(table, histories, MemoryRecords())
    many = runs.detail("create-doc-1", RunRequest(limit=100, whole=True))
    assert len(many.model_dump_json()) < 5_000_000
    assert all(state.input is not None and state.input.cut for state in many.states)
    few = runs.detail("create-doc-1", RunRequest(limit=2, whole=True))
    assert few.states[0].input is not None
    assert not few.states[0].input.cut


def test_a_run_leads_to_what_belongs_to_it() -> None:
    table, histories = MemoryRuns(), MemoryHistories()
    runs = Runs(table, histories, MemoryRecords())
    deletes = DocumentOfRun(doc_hash="doc", version=2, attempt=0, operation=Operation.DELETE)
    for run in (
        entry(status=RunStatus.FAILED, error_type="DeadLettered"),
        entry("doc-2", machine=StateMachine.DELETE, document=deletes),
        entry("r-1", machine=StateMachine.REINDEX),
        entry("pinecone-7f", machine=StateMachine.REDRIVE),
        entry("by-hand-1", document=None),
    ):
        histories.add(run)
    found = {
        id_: runs.detail(id_, RunRequest()).links.model_dump(exclude_none=True)
        for id_ in ("create-doc-1", "delete-doc-2", "reindex-r-1", "redrive-pinecone-7f", "create-by-hand-1")
    }
    arn = "arn:aws:states:us-east-1:123456789012:execution:stack-create:doc-1"
    console = f"https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{arn}"
    assert found["create-doc-1"] == {
        "graph": "/runs/create-doc-1/graph",
        "document": "/documents/doc",
        "document_runs": "/documents/doc/runs",
        "content": "/documents/doc/content",
        "dead_letters": "/dead-letters",
        "console": console,
    }
    for links in found.values():
        links.pop("console")
    assert found["delete-doc-2"] == {
        "graph": "/runs/delete-doc-2/graph",
        "document": "/documents/doc",
        "document_runs": "/documents/doc/runs",
        "removal": "/documents/doc/removal",
    }
    assert found["reindex-r-1"] == {"graph": "/runs/reindex-r-1/graph", "report": "/reindex/r-1"}
    assert found["redrive-pinecone-7f"] == {
        "graph": "/runs/redrive-pinecone-7f/graph",
        "report": "/redrives/pinecone-7f",
        "dead_letters": "/dead-letters?branch=pinecone",
    }
    assert found["create-by-hand-1"] == {"graph": "/runs/create-by-hand-1/graph"}


@pytest.mark.parametrize(("version", "withheld"), [(1, True), (2, True), (4, False)])
def test_nothing_that_a_deleted_version_may_have_said_is_told(version: int, withheld: bool) -> None:
    """Version 3 was the deletion, and 4 came after it."""
    records, histories = MemoryRecords(), MemoryHistories()
    deleted = record("doc", 4, operation=Operation.CREATE).model_copy(update={"deleted_version": 3})
    records.put(deleted, None)
    run = entry(f"doc-{version}", RunStatus.FAILED, error_type="ExtractionFailed")
    script = (Step("Task", "Chunk", ends="caught"), Step("Fail", "Failed"))
    histories.add(run, make(script, 1).events, input="secret", output="secret", cause="secret")
    told = Runs(MemoryRuns(), histories, records).detail(run.id, RunRequest(whole=True))
    assert told.withheld is withheld
    assert ("secret" in told.model_dump_json()) is not withheld
    assert ("it is" in told.model_dump_json()) is not withheld  # the cause of the attempt
    assert told.error is not None
    assert told.error.type == "ExtractionFailed"
    assert [(state.name, state.attempts[0].error if state.attempts else None) for state in told.states] == [
        ("Chunk", "Wrong"),
        ("Failed", None),
    ]


def test_the_removal_itself_says_why_it_failed() -> None:
    records, histories = MemoryRecords(), MemoryHistories()
    deleted = record("doc", 3, operation=Operation.DELETE).model_copy(update={"deleted_version": 3})
    records.put(deleted, None)
    run = entry("doc-3", RunStatus.FAILED, machine=StateMachine.DELETE, error_type="DeadLettered")
    histories.add(run, cause="the index was away")
    told = Runs(MemoryRuns(), histories, records).detail(run.id, RunRequest())
    assert told.error is not None
    assert told.error.cause is not None
    assert not told.withheld


def test_what_a_document_was_cut_into_is_named() -> None:
    artifacts = {"model": "minilm", "index": "shelf", "chunk_count": 12, "batches": [0], "reused": 3}
    output = json.dumps({"doc_hash": "doc", "artifacts": artifacts})
    events = [
        HistoryEvent(id=1, previous=0, type="ExecutionStarted", at=BEGIN),
        HistoryEvent(id=2, previous=0, type="TaskStateEntered", at=BEGIN, name="Chunk"),
        HistoryEvent(id=3, previous=2, type="TaskStateExited", at=BEGIN, name="Chunk", output=output),
        HistoryEvent(id=4, previous=3, type="TaskStateEntered", at=BEGIN, name="Other"),
        HistoryEvent(id=5, previous=4, type="TaskStateExited", at=BEGIN, name="Other", output='{"artifacts": 1}'),
    ]
    histories = MemoryHistories()
    histories.add(entry(), events)
    found = Runs(MemoryRuns(), histories, MemoryRecords()).detail("create-doc-1", RunRequest()).chunks
    assert found is not None
    assert found.model_dump() == {
        "count": 12,
        "model": "minilm",
        "index": "shelf",
        "key": "chunks/doc/1/shelf.jsonl",
    }


def test_a_graph_is_made_from_the_whole_history_or_says_that_it_is_not() -> None:
    runs, _, histories = _known()
    graph = runs.graph("create-doc-1")
    assert (graph.complete, graph.events) == (True, len(histories.histories[StateMachine.CREATE, "doc-1"]))
    by_id = {node.id: node for node in graph.nodes}
    assert (by_id["Embed/EmbedBatch"].entered, by_id["Claim"].failed_attempts) == (9, 2)
    loops = tuple(Step("Task", "Claim") for _ in range(2000))
    histories.add(entry("long-1"), make(loops, 1).events)
    histories.definitions[StateMachine.CREATE, "long-1"] = definitions.load("create")
    histories.pages = 0
    long = runs.graph("create-long-1")
    assert (long.complete, long.events, histories.pages) == (False, GRAPH_PAGES_MAX * EVENTS_MAX, GRAPH_PAGES_MAX)


def test_the_time_at_work_counts_what_was_done_at_once_only_once() -> None:
    runs, _, _ = _known()
    states = runs.detail("create-doc-1", RunRequest(limit=1000)).states
    apart = sum(state.working_seconds or 0 for state in states if state.type == "Task")
    together = working_seconds(states, states[-1].entered_at)
    assert 0 < together < apart
