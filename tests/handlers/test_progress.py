"""Progress, from what the states' functions note to what routes, connections and pings say."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
import pytest

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Branch
from bloomweaver.models.run import RunEntry, RunStatus, StateMachine
from bloomweaver.pipeline.wake import Found
from bloomweaver.ports import Embedded
from bloomweaver.progress.notes import Attempt, Cut, Part, Step
from bloomweaver.progress.ports import ProgressTable
from bloomweaver.progress.progress import ProgressUnit
from tests.fakes import MemoryFleet
from tests.handlers.conftest import REGION, LambdaContext, Services, call, forget, load
from tests.handlers.test_live import changes, connect, post, send, take, ticket
from tests.handlers.test_runs import change
from tests.live.memory_live import Time
from tests.progress.memory_progress import MemoryProgress
from tests.runs.memory_runs import entry
from wiring import dependencies

SENTENCE = "The lamp of the pier is lit an hour before dusk, and goes out when the last boat is in. "
LONG = SENTENCE * 200
"""Several batches of two passages each."""
OPERATION = "c0ffee00-0000-4000-8000-000000000000"


def table() -> ProgressTable:
    """The table, as those write it who note."""
    found: ProgressTable = dependencies.noting()._table
    return found


def items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = boto3.client("dynamodb", region_name=REGION).scan(TableName="progress")["Items"]
    return found


def stream(*found: Mapping[str, Any]) -> None:
    """Say of these items that they have changed, as the table's stream does."""
    records = [{"eventName": "MODIFY", "dynamodb": {"Keys": {"item": item["item"]}}} for item in found]
    load("tell").handler({"Records": records}, LambdaContext())


def invoke(function: str, **more: Any) -> Any:
    given = {"doc_hash": "doc", "version": 1, "attempt": 0, "operation": "CREATE", "correlation_id": "c", **more}
    return load(function).handler(given, LambdaContext())


def embed(artifacts: Mapping[str, Any], batch: int, *, awaited: bool = False) -> None:
    """Call the function of a batch as the state does."""
    given = {"model": artifacts["model"], "index": artifacts["index"], "batch_count": len(artifacts["batches"])}
    invoke("embed", batch=batch, awaited=awaited, **given)


@pytest.fixture
def embedding(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that embeds, and batches of two passages."""
    monkeypatch.setenv("EMBED_BATCH_SIZE", "2")
    forget()
    monkeypatch.setattr(dependencies, "embedder", lambda: _Embedder())


class _Embedder:
    def embed(self, texts: Sequence[str]) -> Embedded:
        return Embedded([[0.5] * 384 for _ in texts], None)


# The table -----------------------------------------------------------------------------------------------------------


def _of_documents(kept: ProgressTable, time: Time) -> None:
    one, other = Attempt("doc", 1, 0), Attempt("doc", 1, 1)
    calls: list[Callable[[], None]] = [
        lambda: kept.embedded(one, "a", Part("0", 2)),
        lambda: kept.written(one, "a", Branch.S3),
        lambda: kept.cut(one, Cut("a", 9, 1)),
        lambda: kept.embedded(one, "a", Part("0", 2)),
        lambda: kept.embedded(one, "a", Part("0", 2)),
        lambda: kept.embedded(one, "b", Part("1", 2)),
        lambda: kept.written(one, "a", Branch.PINECONE),
        lambda: kept.cut(one, Cut("a", 9, 1)),
        lambda: kept.waking(one),
        lambda: kept.waking(one),
        lambda: kept.waking(other),
        lambda: kept.embedded(other, "a", Part("7", 3)),
        lambda: kept.waking(other),
        lambda: kept.cut(other, Cut("b", 5, 0)),
        lambda: kept.cut(Attempt("third", 2, 0), Cut("a", 4, 0)),
        lambda: kept.embedded(Attempt("third", 2, 0), "a", Part("3", 4)),
        lambda: kept.cut(Attempt("third", 2, 0), Cut("b", 6, 2)),
    ]
    for note in calls:
        time.seconds += 1
        note()


def _of_operations(kept: ProgressTable, time: Time) -> None:
    def run(name: str, status: RunStatus, **more: Any) -> RunEntry:
        return entry(name, status, machine=StateMachine.REINDEX, started_at=time.at(3), document=None, **more)

    first = Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 0, 7)
    calls: list[Callable[[], None]] = [
        lambda: kept.step("one", first),
        lambda: kept.run(run("one", RunStatus.RUNNING)),
        lambda: kept.step("one", Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 3, None)),
        lambda: kept.step("two", Step(StateMachine.REDRIVE, "redriving", ProgressUnit.LETTERS, None, 4)),
        lambda: kept.done("two", Part("a", 1)),
        lambda: kept.done("two", Part("a", 1)),
        lambda: kept.done("two", Part("b", 1)),
        lambda: kept.step("three", first),
        lambda: kept.run(run("three", RunStatus.FAILED, error_type="Wrong")),
        lambda: kept.run(run("three", RunStatus.RUNNING)),
        lambda: kept.step("three", Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 5, 7)),
        lambda: kept.step("four", first),
        lambda: kept.run(run("four", RunStatus.FAILED, error_type="Wrong")),
        lambda: kept.run(run("four", RunStatus.RUNNING, redrives=1)),
        lambda: kept.step("four", Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 6, 7)),
        lambda: kept.run(run("five", RunStatus.SUCCEEDED)),
        lambda: kept.done("six", Part("a", 1)),
    ]
    for note in calls:
        time.seconds += 1
        note()


def test_the_table_does_what_its_port_says(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    time, memory_time = Time(), Time()
    kept, memory = table(), MemoryProgress(memory_time)
    monkeypatch.setattr(kept, "_clock", time)
    for note in (_of_documents, _of_operations):
        note(kept, time)
        note(memory, memory_time)
    attempts = [Attempt("doc", 1, 0), Attempt("doc", 1, 1), Attempt("third", 2, 0), Attempt("nobody", 1, 0)]
    assert kept.documents(attempts) == memory.documents(attempts)
    assert set(memory.documents(attempts)) == set(attempts[:3])
    names = ["one", "two", "three", "four", "five", "six", "nobody"]
    assert kept.operations(names) == memory.operations(names)
    assert set(memory.operations(names)) == set(names[:5])


def test_many_are_read_however_many_there_are(services: Services) -> None:
    names = [f"operation-{number}" for number in range(130)]
    for name in names:
        table().step(name, Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 1, 2))
    assert set(table().operations(names)) == set(names)


def test_what_is_noted_goes_by_itself(services: Services) -> None:
    table().waking(Attempt("doc", 1, 0))
    [item] = items()
    assert int(item["expires_at"]["N"]) > Time().epoch(0)


def test_what_is_refused_is_no_other_error(services: Services) -> None:
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName="progress")
    with pytest.raises(StorageUnavailable):
        table().waking(Attempt("doc", 1, 0))
    with pytest.raises(StorageUnavailable):
        table().operations(["one"])


# A document -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("embedding", "index_card")
def test_the_batches_of_a_large_document_are_told_as_they_are_done(services: Services) -> None:
    connect("c1", ticket())
    send("c1", {"action": "subscribe", "topic": "document:doc"})
    post("doc", content=LONG)
    invoke("claim", execution_arn="arn")
    artifacts = invoke("chunk")
    batches = artifacts["batches"]
    assert len(batches) > 2
    told = []
    for batch in (None, batches[0], batches[0], *batches[1:]):
        if batch is not None:
            embed(artifacts, batch)
        stream(*items())
        [frame] = take("c1")
        [message] = frame["messages"]
        told.append(message["progress"])
        document = call("documents", "GET", "/documents/doc").body
        assert document["progress"] == message["progress"]
    done = [each["done"] for each in told]
    assert done == sorted(done)
    assert (done[0], done[1], done[2], done[-1]) == (0, 2, 2, artifacts["chunk_count"])
    assert {(each["of"], each["unit"], each["state"]) for each in told} == {
        (artifacts["chunk_count"], "passages", "running")
    }
    assert [each["step"] for each in told] == list(range(1, len(told) + 1))
    assert [each["phase"] for each in told] == ["embedding"] * (len(told) - 1) + ["writing"]


@pytest.mark.usefixtures("embedding", "index_card")
def test_a_document_of_one_batch_notes_nothing(services: Services) -> None:
    post("doc")
    invoke("claim", execution_arn="arn")
    artifacts = invoke("chunk")
    assert artifacts["batches"] == [0]
    embed(artifacts, 0)
    invoke("s3_writer", task="write", artifacts=artifacts)
    assert items() == []
    progress = call("documents", "GET", "/documents/doc").body["progress"]
    assert (progress["state"], progress["done"], progress["of"]) == ("running", None, None)


@pytest.mark.usefixtures("embedding", "index_card")
def test_who_waits_for_an_instance_says_so_until_one_has_embedded(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "fleet", lambda: MemoryFleet())
    post("doc")
    invoke("claim", execution_arn="arn")
    artifacts = invoke("chunk")
    assert invoke("wake", batch=0) == {"state": Found.ASLEEP.value}
    progress = call("documents", "GET", "/documents/doc").body["progress"]
    assert (progress["state"], progress["usual_seconds"], progress["done"]) == ("waking", 145, None)
    embed(artifacts, 0, awaited=True)
    assert call("documents", "GET", "/documents/doc").body["progress"]["state"] == "running"


@pytest.mark.usefixtures("embedding", "index_card")
def test_notes_that_cannot_be_written_or_read_change_nothing_but_what_is_shown(services: Services) -> None:
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName="progress")
    post("doc", content=LONG)
    invoke("claim", execution_arn="arn")
    artifacts = invoke("chunk")
    for batch in artifacts["batches"]:
        embed(artifacts, batch)
    assert invoke("s3_writer", task="write", artifacts=artifacts)["outcome"] == "written"
    document = call("documents", "GET", "/documents/doc")
    assert (document.status, document.body["progress"]["state"], document.body["progress"]["of"]) == (
        200, "running", None,
    )  # fmt: skip


def test_a_document_that_waits_says_about_how_many_do(services: Services) -> None:
    for name in ("one", "two", "three"):
        post(name)
    document = call("documents", "GET", "/documents/two").body
    assert (document["progress"]["state"], document["progress"]["waiting"]) == ("queued", 3)
    assert document["progress"]["stalled_after"] is None
    listed = call("documents", "GET", "/documents", query={"status": "queued"}).body["documents"]
    assert [each["progress"] for each in listed] == [None] * 3, "in a list it is not asked for"


@pytest.mark.usefixtures("embedding", "index_card")
def test_notes_of_an_attempt_before_are_not_shown(services: Services) -> None:
    post("doc", content=LONG)
    invoke("claim", execution_arn="arn")
    embed(invoke("chunk"), 0)
    post("doc", content=LONG + "More.")
    invoke("claim", version=2, operation="UPDATE", execution_arn="arn-2")
    progress = call("documents", "GET", "/documents/doc").body["progress"]
    assert (progress["done"], progress["of"], progress["step"]) == (None, None, 0)


@pytest.mark.usefixtures("embedding", "index_card")
def test_a_ping_makes_up_for_lost_progress_of_what_is_watched_by_its_name(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    post("doc", content=LONG)
    invoke("claim", execution_arn="arn")
    artifacts = invoke("chunk")
    start = changes().body["cursor"]
    # As if it had been a minute: the record is no news any more.
    monkeypatch.setattr("bloomweaver.live.cursor.OVERLAP_SECONDS", -0.001)
    dependencies.changes.cache_clear()
    start = changes().body["cursor"]
    assert changes(after=start, topic="document:doc").body["messages"] == []
    embed(artifacts, 0)
    [message] = changes(after=start, topic="document:doc").body["messages"]
    assert message["progress"]["done"] == 2
    assert changes(after=start, topic="documents").body["messages"] == []


# Operations -----------------------------------------------------------------------------------------------------------


def test_an_operation_is_told_from_its_beginning_to_its_end(services: Services) -> None:
    connect("c1", ticket())
    [answer] = send("c1", {"action": "subscribe", "topic": f"operation:{OPERATION}"})
    assert answer["messages"] == []
    publish = load("run_changes").handler
    publish({"Records": [change(OPERATION, "RUNNING", machine="reindex")]}, LambdaContext())
    stream(*items())
    dependencies.noting().step(OPERATION, Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 3, 7))
    stream(*items())
    publish({"Records": [change(OPERATION, "FAILED", machine="reindex", error="Wrong")]}, LambdaContext())
    stream(*items())
    told = [message for frame in take("c1") for message in frame["messages"]]
    assert [(each["revision"], each["status"]) for each in told] == [(1, "running"), (2, "running"), (3, "failed")]
    begun, moving, over = told
    assert (begun["state_machine"], begun["id"], begun["progress"]["done"]) == ("reindex", OPERATION, None)
    assert [moving["progress"][name] for name in ("phase", "done", "of", "unit")] == ["moving", 3, 7, "documents"]
    assert (over["progress"], over["error_type"]) == (None, "Wrong")


def test_who_watches_an_operation_late_is_told_where_it_stands(services: Services) -> None:
    dependencies.noting().step(OPERATION, Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 3, 7))
    connect("c1", ticket())
    [answer] = send("c1", {"action": "subscribe", "topic": f"operation:{OPERATION}"})
    assert [each["progress"]["done"] for each in answer["messages"]] == [3]
    [answer] = send("c1", {"action": "ping"})
    assert [each["progress"]["done"] for each in answer["messages"]] == [3]


def test_an_operation_is_told_to_those_alone_who_watch_it(services: Services) -> None:
    for id, topic in (("all", "documents"), ("other", "operation:other")):
        connect(id, ticket())
        send(id, {"action": "subscribe", "topic": topic})
    dependencies.noting().step(OPERATION, Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 3, 7))
    stream(*items())
    assert take("all") == take("other") == []


def test_a_run_of_a_document_is_no_operation(services: Services) -> None:
    load("run_changes").handler({"Records": [change("doc-1", "RUNNING")]}, LambdaContext())
    assert items() == []


ROUTES = {
    "reindex": ("/reindex/{}", StateMachine.REINDEX),
    "reconcile": ("/reconcile/{}", StateMachine.RECONCILE),
    "rebuild": ("/rebuild/{}", StateMachine.REBUILD),
    "folder_changes": ("/folders/changes/{}", StateMachine.FOLDER_CHANGE),
    "redrive": ("/redrives/{}", StateMachine.REDRIVE),
}


@pytest.mark.parametrize("function", ROUTES)
def test_an_operation_under_way_says_how_far_it_is_and_one_that_is_over_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    path, machine = ROUTES[function]
    states = boto3.client("stepfunctions", region_name=REGION)
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    arn = states.create_state_machine(
        name=machine.value, definition=definition, roleArn="arn:aws:iam::123456789012:role/any"
    )["stateMachineArn"]
    for name in ("PINECONE", "S3", "CREATE", "UPDATE", "DELETE"):
        monkeypatch.setenv(f"{name}_DLQ_URL", "https://sqs.example/queue")
    forget()
    execution = states.start_execution(stateMachineArn=arn, name=OPERATION, input="{}")["executionArn"]
    assert call(function, "GET", path.format(OPERATION)).body["progress"] is None
    dependencies.noting().step(OPERATION, Step(machine, "at it", ProgressUnit.DOCUMENTS, 3, 7))
    progress = call(function, "GET", path.format(OPERATION)).body["progress"]
    assert (progress["phase"], progress["done"], progress["of"]) == ("at it", 3, 7)
    states.stop_execution(executionArn=execution)
    answer = call(function, "GET", path.format(OPERATION)).body
    assert (answer["status"], answer["progress"]) == ("aborted", None)
