"""Runs, from what Step Functions publishes over the table to what the routes answer."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import Operation
from bloomweaver.models.run import RunEntry, RunStatus, StateMachine
from bloomweaver.runs.ports import Place, RunList
from tests.handlers.conftest import REGION, LambdaContext, Services, call, load
from tests.runs.histories import Step, make
from tests.runs.memory_runs import MemoryRuns, entry
from tests.statemachines import definitions
from wiring import dependencies

BEGIN = datetime(2026, 11, 29, 12, tzinfo=UTC)


def message(doc_hash: str, version: int = 1) -> OperationMessage:
    return OperationMessage(operation=Operation.CREATE, doc_hash=doc_hash, version=version, correlation_id="c")


def change(name: str, status: str, minute: int = 0, machine: str = "create", **more: Any) -> dict[str, Any]:
    """A status change as it lies in the queue."""
    started = int((BEGIN + timedelta(minutes=minute)).timestamp() * 1000)
    detail = {
        "executionArn": f"arn:aws:states:{REGION}:123456789012:execution:{machine}:{name}",
        "stateMachineArn": f"arn:aws:states:{REGION}:123456789012:stateMachine:{machine}",
        "name": name,
        "status": status,
        "startDate": started,
        "stopDate": None if status == "RUNNING" else started + 900,
        "input": None,
        "redriveCount": 0,
        **more,
    }
    return {"messageId": f"m-{name}", "body": json.dumps(detail)}


def publish(*changes: dict[str, Any]) -> None:
    load("run_changes").handler({"Records": list(changes)}, LambdaContext())


def document_change(doc_hash: str, status: str, minute: int = 0, version: int = 1, **more: Any) -> dict[str, Any]:
    of = message(doc_hash, version)
    return change(of.execution_name, status, minute, input=of.model_dump_json(), **more)


def listed(**query: str) -> list[tuple[str, str]]:
    answer = call("runs", "GET", "/runs", query=query)
    assert answer.status == 200, answer.body
    return [(run["id"], run["status"]) for run in answer.body["runs"]]


# The table ------------------------------------------------------------------------------------------------------------


def _entries() -> Iterator[RunEntry]:
    for number in range(9):
        machine = (StateMachine.CREATE, StateMachine.DELETE, StateMachine.REBUILD)[number % 3]
        name = f"doc{number % 2}-{number}" if machine is not StateMachine.REBUILD else f"r{number}"
        # Some begin at the same moment.
        begun = (BEGIN + timedelta(minutes=number // 2)).isoformat(timespec="microseconds")
        yield entry(name, machine=machine, started_at=begun)
        if number % 4:
            yield entry(name, RunStatus.FAILED, machine=machine, started_at=begun, error_type="Wrong", document=None)
        if number == 5:
            yield entry(name, machine=machine, started_at=begun, redrives=1)
        yield entry(name, machine=machine, started_at=begun)


def test_the_table_does_what_its_port_says(services: Services) -> None:
    table, memory = dependencies.runs(), MemoryRuns()
    for each in _entries():
        assert table.put(each) is memory.put(each)
    for id_ in (*memory.entries, "create-none"):
        assert table.get(id_) == memory.get(id_)
    lists = [RunList(), *(RunList(doc_hash=doc_hash) for doc_hash in ("doc0", "doc1", "none"))]
    lists += [RunList(machine, status) for machine in (None, *StateMachine) for status in (None, *RunStatus)]
    times = [None, *((BEGIN + timedelta(minutes=minute)).isoformat(timespec="microseconds") for minute in (1, 3))]
    for of in lists:
        for since, until in [(None, None), (times[1], None), (None, times[2]), (times[1], times[2])]:
            for oldest_first in (False, True):
                asked: dict[str, Any] = {"since": since, "until": until, "oldest_first": oldest_first}
                whole = memory.page(of, limit=100, after=None, **asked).runs
                found: list[RunEntry] = []
                after: Place | None = None
                while True:
                    page = table.page(of, limit=2, after=after, **asked)
                    assert len(page.runs) <= 2
                    found += page.runs
                    after = page.after
                    if after is None:
                        break
                assert sorted(found, key=lambda run: run.id) == sorted(whole, key=lambda run: run.id)
                for one, next_ in pairwise(found):
                    assert one.started_at <= next_.started_at if oldest_first else one.started_at >= next_.started_at


def test_what_is_kept_expires_so_many_days_after_the_run_began(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNS_KEPT_DAYS", "91")
    publish(document_change("a", "RUNNING"), change("r", "RUNNING", machine="reindex"))
    items = boto3.client("dynamodb", region_name=REGION).scan(TableName="runs")["Items"]
    assert {int(item["expires_at"]["N"]) for item in items} == {int((BEGIN + timedelta(days=91)).timestamp())}


def test_nothing_of_what_a_run_was_given_or_made_is_kept(services: Services) -> None:
    publish(document_change("a", "FAILED", error="Wrong", cause="secret cause", output="secret output"))
    publish(change("pinecone-1", "RUNNING", machine="redrive", input='{"letters": ["secret letter"]}'))
    items = boto3.client("dynamodb", region_name=REGION).scan(TableName="runs")["Items"]
    assert len(items) == 2
    assert "secret" not in json.dumps(items)


# What Step Functions publishes ----------------------------------------------------------------------------------------


def test_runs_are_listed_as_their_changes_come(services: Services) -> None:
    publish(document_change("a", "RUNNING", 0), document_change("b", "RUNNING", 1))
    publish(change("r", "RUNNING", 2, machine="reindex"))
    assert listed() == [("reindex-r", "running"), ("create-b-1", "running"), ("create-a-1", "running")]
    publish(document_change("a", "FAILED", 0, error="DeadLettered"))
    publish(document_change("a", "RUNNING", 0), document_change("a", "FAILED", 0, error="DeadLettered"))
    assert listed(status="running") == [("reindex-r", "running"), ("create-b-1", "running")]
    assert listed(status="failed") == listed(status="failed", state_machine="create") == [("create-a-1", "failed")]
    assert listed(since="2026-11-29T12:01:00Z", until="2026-11-29T12:01:30Z") == [("create-b-1", "running")]
    answer = call("runs", "GET", "/runs", query={"status": "failed"})
    assert answer.body["runs"] == [
        {
            "id": "create-a-1",
            "state_machine": "create",
            "name": "a-1",
            "status": "failed",
            "started_at": "2026-11-29T12:00:00.000000+00:00",
            "ended_at": "2026-11-29T12:00:00.900000+00:00",
            "document": {"doc_hash": "a", "version": 1, "attempt": 0, "operation": "CREATE"},
            "operation_id": None,
            "error_type": "DeadLettered",
            "redrives": 0,
        }
    ]


def test_what_is_no_change_of_a_run_is_let_go_and_said(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    other = change("x", "RUNNING", machine="other-stack")
    with caplog.at_level(logging.ERROR):
        publish({"messageId": "1", "body": "junk"}, other, document_change("a", "RUNNING"))
    assert listed() == [("create-a-1", "running")]
    assert sum("no change of a run" in record.getMessage() for record in caplog.records) == 2


def test_changes_that_cannot_be_kept_come_again(services: Services) -> None:
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName="runs")
    with pytest.raises(ClientError):
        publish(document_change("a", "RUNNING"))


def test_the_schedule_finds_out_how_runs_ended(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    states = boto3.client("stepfunctions", region_name=REGION)
    arns = _machines(monkeypatch, "create", "reindex")
    arn = states.start_execution(stateMachineArn=arns["create"], name="a-1", input=message("a").model_dump_json())
    states.stop_execution(executionArn=arn["executionArn"])
    states.start_execution(stateMachineArn=arns["reindex"], name="goes-on", input="{}")
    for machine, name in (("create", "a-1"), ("reindex", "goes-on"), ("create", "forgotten-1")):
        publish(change(name, "RUNNING", machine=machine, stateMachineArn=arns[machine]))
    load("run_changes").handler({"source": "aws.events", "detail-type": "Scheduled Event"}, LambdaContext())
    assert dict(listed()) == {
        "create-a-1": "aborted",
        "reindex-goes-on": "running",
        "create-forgotten-1": "aborted",
    }
    errors = {run["id"]: run["error_type"] for run in call("runs", "GET", "/runs").body["runs"]}
    assert errors["create-forgotten-1"] == "ForgottenByStepFunctions"


# The routes -----------------------------------------------------------------------------------------------------------


def test_a_list_goes_on_by_its_cursor_and_no_other(services: Services) -> None:
    publish(*(document_change(f"d{minute}", "RUNNING", minute) for minute in range(5)))
    first = call("runs", "GET", "/runs", query={"limit": "3"})
    second = call("runs", "GET", "/runs", query={"limit": "3", "cursor": first.body["next_cursor"]})
    ids = [run["id"] for run in (*first.body["runs"], *second.body["runs"])]
    assert ids == [f"create-d{minute}-1" for minute in (4, 3, 2, 1, 0)]
    assert second.body["next_cursor"] is None
    for query in ({"status": "failed"}, {"state_machine": "create"}):
        refused = call("runs", "GET", "/runs", query={**query, "cursor": first.body["next_cursor"]})
        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "cursor")


def test_the_runs_of_a_document_are_listed(services: Services) -> None:
    body = {"operation": "CREATE", "doc_hash": "a", "content_type": "text/plain", "content": "Text."}
    assert call("webhook", "POST", "/webhook", body).status == 202
    assert call("runs", "GET", "/documents/a/runs").body == {"runs": [], "next_cursor": None}
    publish(document_change("a", "SUCCEEDED", 0), document_change("a", "RUNNING", 5, version=2))
    publish(document_change("b", "RUNNING", 1))
    found = call("runs", "GET", "/documents/a/runs").body["runs"]
    assert [(run["id"], run["document"]["version"]) for run in found] == [("create-a-2", 2), ("create-a-1", 1)]
    assert call("runs", "GET", "/documents/unknown/runs").status == 404


@pytest.mark.parametrize("query", [{"limit": "0"}, {"status": "done"}, {"since": "now"}, {"more": "1"}])
def test_a_list_that_cannot_be_is_refused(services: Services, query: dict[str, str]) -> None:
    assert call("runs", "GET", "/runs", query=query).status == 422


def _machines(monkeypatch: pytest.MonkeyPatch, *names: str) -> dict[str, str]:
    """State machines of these definitions that run nothing."""
    states = boto3.client("stepfunctions", region_name=REGION)
    arns = {}
    for name in names:
        made = states.create_state_machine(
            name=name, definition=definitions.text(name), roleArn="arn:aws:iam::123456789012:role/unused"
        )
        arns[name] = made["stateMachineArn"]
        monkeypatch.setenv(f"{name.upper()}_STATE_MACHINE_ARN", made["stateMachineArn"])
    return arns


class StatesClient:
    """A Step Functions client of one run, `create-a-1`, that answers as boto3 does."""

    def __init__(self, fails: str = "") -> None:
        script = (Step("Task", "Claim", failures=1), Step("Task", "Chunk", ends="caught"), Step("Fail", "Failed"))
        self.history = make(script, 1).events
        self.fails = fails
        self.asked: list[dict[str, Any]] = []

    def describe_execution(self, **given: str) -> dict[str, Any]:
        self._check(given["executionArn"])
        return {
            **given,
            "status": "FAILED",
            "startDate": BEGIN,
            "stopDate": BEGIN + timedelta(seconds=9),
            "input": message("a").model_dump_json(),
            "error": "ExtractionFailed",
            "cause": json.dumps({"errorType": "ExtractionFailed", "errorMessage": "the PDF is encrypted"}),
        }

    def get_execution_history(self, **asked: Any) -> dict[str, Any]:
        self._check(asked.pop("executionArn"))
        self.asked.append(asked)
        begin = int(asked.get("nextToken", "0"))
        end = begin + asked["maxResults"]
        events = [_as_boto3_has_it(event) for event in self.history[begin:end]]
        return {"events": events, **({"nextToken": str(end)} if end < len(self.history) else {})}

    def describe_state_machine_for_execution(self, **given: str) -> dict[str, Any]:
        self._check(given["executionArn"])
        return {"definition": definitions.text("create")}

    def _check(self, arn: str) -> None:
        if self.fails:
            raise _error(self.fails, 400)
        if not arn.endswith(":execution:create:a-1"):
            raise _error("ExecutionDoesNotExist", 400)


def _as_boto3_has_it(event: Any) -> dict[str, Any]:
    found = {"id": event.id, "previousEventId": event.previous, "type": event.type, "timestamp": event.at}
    details = {name: getattr(event, name) for name in ("name", "input", "output", "error", "cause", "index")}
    given = {name: value for name, value in details.items() if value is not None}
    return found | ({"someEventDetails": given} if given else {})


def _error(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Operation")  # type: ignore[typeddict-item]


@pytest.fixture
def states(services: Services, monkeypatch: pytest.MonkeyPatch) -> StatesClient:
    client = StatesClient()
    real = dependencies.aws_client
    monkeypatch.setattr(
        dependencies, "aws_client", lambda service: client if service == "stepfunctions" else real(service)
    )
    return client


def test_a_run_is_told_from_its_history(states: StatesClient) -> None:
    answer = call("runs", "GET", "/runs/create-a-1")
    assert answer.status == 200
    run = answer.body
    assert (run["status"], run["document"]["doc_hash"], run["history"]) == ("failed", "a", True)
    assert run["error"]["type"] == "ExtractionFailed"
    assert run["error"]["cause"]["text"] == "the PDF is encrypted"
    assert [(state["name"], state["status"], len(state["attempts"])) for state in run["states"]] == [
        ("Claim", "succeeded", 2),
        ("Chunk", "caught", 1),
        ("Failed", "failed", 0),
    ]
    assert run["links"]["document"] == "/documents/a"
    assert run["next_cursor"] is None
    assert states.asked == [{"maxResults": 200, "includeExecutionData": True}]


def test_a_history_goes_on_by_its_cursor_and_no_other(states: StatesClient) -> None:
    first = call("runs", "GET", "/runs/create-a-1", query={"limit": "4"}).body
    second = call("runs", "GET", "/runs/create-a-1", query={"cursor": first["next_cursor"]}).body
    assert second["states"][0]["continued"]
    assert states.asked[1] == {"maxResults": 4, "includeExecutionData": True, "nextToken": "4"}
    for id_, cursor in (("create-b-1", first["next_cursor"]), ("create-a-1", "AAAA")):
        refused = call("runs", "GET", f"/runs/{id_}", query={"cursor": cursor})
        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "cursor")
    publish(change("a-1", "FAILED"))
    states.fails = "InvalidToken"  # a day later
    assert call("runs", "GET", "/runs/create-a-1", query={"cursor": first["next_cursor"]}).status == 400


def test_a_graph_is_of_the_definition_that_ran(states: StatesClient) -> None:
    graph = call("runs", "GET", "/runs/create-a-1/graph").body
    status = {node["id"]: node["status"] for node in graph["nodes"] if node["status"] != "not_entered"}
    assert status == {"Claim": "succeeded", "Chunk": "caught", "Failed": "failed"}
    assert {"source": "Chunk", "target": "Embed", "kind": "next", "label": ""} in graph["edges"]
    assert (graph["complete"], graph["status"]) == (True, "failed")
    assert states.asked == [{"maxResults": 1000, "includeExecutionData": False}]


@pytest.mark.parametrize(
    "id_", ["create-unknown-1", "a-1", "other-a-1", "create-", "arn:aws:states:us-east-1:1:execution:other:x"]
)
@pytest.mark.parametrize("path", ["", "/graph"])
def test_a_run_that_is_not_known_or_of_another_state_machine_is_404(states: StatesClient, id_: str, path: str) -> None:
    answer = call("runs", "GET", f"/runs/{id_}{path}")
    assert (answer.status, answer.body["errors"][0]["field"]) == (404, "id")


@pytest.mark.parametrize("path", ["", "/graph"])
def test_where_step_functions_throttles_the_caller_is_told_when_to_come_again(states: StatesClient, path: str) -> None:
    states.fails = "ThrottlingException"
    answer = call("runs", "GET", f"/runs/create-a-1{path}")
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_run_that_step_functions_forgot_is_told_from_the_table(states: StatesClient) -> None:
    publish(document_change("old", "FAILED", error="DeadLettered"))
    run = call("runs", "GET", "/runs/create-old-1").body
    assert (run["history"], run["states"], run["error"]) == (False, [], {"type": "DeadLettered", "cause": None})
    assert run["links"]["dead_letters"] == "/dead-letters"
    assert call("runs", "GET", "/runs/create-old-1/graph").status == 404
