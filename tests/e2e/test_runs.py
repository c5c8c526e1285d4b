"""Runs on the whole stack: listed by what Step Functions publishes, told by their histories, with roles enforced."""

import uuid

import pytest

from bloomweaver.models.record import Operation
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.runs.states import merge
from cli.answers import RunDetail, RunSummary
from cli.client import Api, ApiError
from tests.e2e.running_stack import RunningStack
from tests.e2e.stub import Stub
from tests.e2e.waiting import wait_for

LISTED_SECONDS = 30.0
TEXT = "The ferry crosses the sound at a quarter past the hour."


def ended(stack: RunningStack, doc_hash: str, number: int) -> list[RunSummary]:
    """The runs of the document, the newest first, once so many are listed and none is under way."""

    def are_listed() -> bool:
        runs = stack.api.document_runs(doc_hash).runs
        return len(runs) == number and all(run.ended_at is not None for run in runs)

    wait_for(are_listed, LISTED_SECONDS, f"{number} runs of {doc_hash} are listed as ended")
    return stack.api.document_runs(doc_hash).runs


def in_pages(api: Api, id_: str, limit: int) -> list[RunDetail]:
    """All pages of a run."""
    pages = [api.run(id_, limit=limit)]
    while (cursor := pages[-1].next_cursor) is not None:
        pages.append(api.run(id_, cursor=cursor))
    return pages


@pytest.mark.vector_store("lancedb")
def test_the_runs_of_a_document_are_listed_and_lead_back_to_it(stack: RunningStack, doc_hash: str) -> None:
    first = stack.index(doc_hash, TEXT)
    second = stack.index(doc_hash, f"{TEXT} It takes bicycles.")
    assert stack.execution(stack.api.delete(doc_hash)).status == "SUCCEEDED"
    runs = ended(stack, doc_hash, 3)
    assert [run.state_machine for run in runs] == [StateMachine.DELETE, StateMachine.UPDATE, StateMachine.CREATE]
    assert {run.status for run in runs} == {RunStatus.SUCCEEDED}
    documents = [run.document for run in reversed(runs) if run.document is not None]
    assert [document.version for document in documents] == [first.version, second.version, second.version + 1]
    assert [document.operation for document in documents] == list(Operation)[:3]
    for run in runs:
        assert stack.api.run(run.id).links.document == f"/documents/{doc_hash}"
    for query in ({"state_machine": StateMachine.UPDATE}, {"status": RunStatus.SUCCEEDED}, {}):
        page = stack.api.runs(**query, limit=200)  # type: ignore[arg-type]
        assert [run.started_at for run in page.runs] == sorted((run.started_at for run in page.runs), reverse=True)
        assert runs[1].id in {run.id for run in page.runs}


@pytest.mark.vector_store("lancedb")
def test_a_run_is_told_whole_in_pages_of_any_size_and_as_a_graph(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, TEXT)
    [run] = ended(stack, doc_hash, 1)
    whole = stack.api.run(run.id, limit=1000)
    assert whole.next_cursor is None
    names = {state.path for state in whole.states}
    assert {"Claim", "Chunk", "Embed/EmbedBatch", "Write/WritePinecone", "Write/WriteS3", "Publish"} <= names
    assert {state.status.value for state in whole.states} == {"succeeded"}
    assert whole.chunks is not None
    assert whole.chunks.count >= 1
    pages = in_pages(stack.api, run.id, 9)
    assert len(pages) > 3
    states = pages[0].states
    for page in pages[1:]:
        states = merge(states, page.states)
    assert states == whole.states
    graph = stack.api.run_graph(run.id)
    assert {node.id for node in graph.nodes if node.entered} == names
    assert graph.complete
    assert TEXT not in stack.api.run(run.id, limit=1000, whole=True).model_dump_json()


@pytest.mark.vector_store("pinecone")
def test_a_run_that_failed_says_where_and_why_until_its_document_is_deleted(
    stack: RunningStack, doc_hash: str, stub: Stub
) -> None:
    stub.fault(times=1000, status=400)
    stack.submit(doc_hash, TEXT)
    [run] = ended(stack, doc_hash, 1)
    assert (run.status, run.error_type) == (RunStatus.FAILED, "DeadLettered")
    assert run.id in {found.id for found in stack.api.runs(status=RunStatus.FAILED).runs}
    told = stack.api.run(run.id, limit=1000)
    [failed] = [state for state in told.states if state.name == "WritePinecone"]
    assert failed.status == "caught"
    assert failed.attempts[-1].error == "VectorIndexRejected"
    assert failed.attempts[-1].cause is not None
    [letter] = [state for state in told.states if state.name == "PineconeDLQ"]
    queue = stack.api.dead_letters("pinecone", limit=100).queues[0]
    assert letter.message_id in {entry.message_id for entry in queue.letters}
    nodes = {node.id: node for node in stack.api.run_graph(run.id).nodes}
    assert (nodes["DeadLettered"].status, nodes["Write/WritePinecone"].failed_attempts) == ("failed", 1)
    stub.recover()
    assert stack.execution(stack.api.delete(doc_hash)).status == "SUCCEEDED"
    told = stack.api.run(run.id, limit=1000)
    assert told.withheld
    assert all(attempt.cause is None for state in told.states for attempt in state.attempts)
    stack.drain("PineconeDLQUrl")


@pytest.mark.vector_store("lancedb")
def test_a_run_that_is_none_and_a_cursor_of_another_list_are_refused(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, TEXT)
    [run] = ended(stack, doc_hash, 1)
    cursor = stack.api.run(run.id, limit=5).next_cursor
    assert cursor is not None
    for id_ in ("create-unknown-1", run.name, "other-machine-1", f"update-{run.name}"):
        for ask in (stack.api.run, stack.api.run_graph):
            with pytest.raises(ApiError) as unknown:
                ask(id_)
            assert unknown.value.status == 404
    stack.index(f"{doc_hash}-b", TEXT)
    [other] = ended(stack, f"{doc_hash}-b", 1)
    with pytest.raises(ApiError) as refused:
        stack.api.run(other.id, cursor=cursor)
    assert refused.value.status == 400
    listed = stack.api.runs(limit=1).next_cursor
    with pytest.raises(ApiError) as refused:
        stack.api.runs(status=RunStatus.SUCCEEDED, limit=1, cursor=listed)
    assert refused.value.status == 400
    with pytest.raises(ApiError) as refused:
        stack.api.document_runs(f"unknown-{uuid.uuid4().hex}")
    assert refused.value.status == 404


@pytest.mark.vector_store("lancedb")
def test_an_operation_on_many_documents_is_a_run_too(stack: RunningStack) -> None:
    started = stack.api.reconcile(repair=False, contents=False)
    id_ = f"reconcile-{started.id}"

    def listed() -> list[RunSummary]:
        runs = stack.api.runs(state_machine=StateMachine.RECONCILE).runs
        return [run for run in runs if run.id == id_ and run.ended_at is not None]

    wait_for(lambda: bool(listed()), LISTED_SECONDS, "the comparison is listed as ended")
    [run] = listed()
    assert (run.operation_id, run.document) == (started.id, None)
    assert stack.api.run(id_).links.report == f"/reconcile/{started.id}"
