"""GET /dead-letters, POST /dead-letters/{branch}/redrive and GET /redrives/{name}, on SQS and Step Functions."""

import json
from typing import Any

import boto3
import pytest

from bloomweaver.errors import ArtifactsExpired
from bloomweaver.models.dead_letter import DeadLetterQueue
from tests.handlers.conftest import REGION, LambdaContext, Services, call, load

pytestmark = pytest.mark.usefixtures("index_card")

ROLE = "arn:aws:iam::123456789012:role/unused"
PATH = "/dead-letters/{}/redrive"


class Queues:
    """The dead letter queues, and the redrive's state machine, which runs nothing here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sqs = boto3.client("sqs", region_name=REGION)
        self._states = boto3.client("stepfunctions", region_name=REGION)
        self.urls = {name: self._sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"] for name in DeadLetterQueue}
        for name, url in self.urls.items():
            monkeypatch.setenv(f"{name.upper()}_DLQ_URL", url)
        definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
        self.arn = self._states.create_state_machine(name="redrive", definition=definition, roleArn=ROLE)[
            "stateMachineArn"
        ]
        monkeypatch.setenv("REDRIVE_STATE_MACHINE_ARN", self.arn)

    def send(self, name: str, body: dict[str, Any] | str) -> str:
        """Put a message in a queue. Returns its id."""
        text = body if isinstance(body, str) else json.dumps(body)
        sent = self._sqs.send_message(QueueUrl=self.urls[DeadLetterQueue(name)], MessageBody=text)
        return str(sent["MessageId"])

    def depth(self, name: str) -> tuple[int, int]:
        """How many messages are visible, and in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.urls[DeadLetterQueue(name)]
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(attributes[names[0]]), int(attributes[names[1]])

    def inputs(self) -> list[dict[str, Any]]:
        """What the executions were started with."""
        executions = self._states.list_executions(stateMachineArn=self.arn)["executions"]
        return [
            json.loads(self._states.describe_execution(executionArn=execution["executionArn"])["input"])
            for execution in executions
        ]

    def stop(self, name: str) -> None:
        """End an execution from outside."""
        arn = f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"
        self._states.stop_execution(executionArn=arn)


@pytest.fixture
def queues(services: Services, monkeypatch: pytest.MonkeyPatch) -> Queues:
    return Queues(monkeypatch)


def post_document(doc_hash: str = "doc") -> None:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Text."}
    assert call("webhook", "POST", "/webhook", body).status == 202


def partial(doc_hash: str = "doc") -> None:
    """A document whose vectors could not be written."""
    post_document(doc_hash)
    identity = {"operation": "CREATE", "doc_hash": doc_hash, "version": 1, "attempt": 0, "correlation_id": "c"}
    load("chunk").handler(identity, LambdaContext())
    branches = {
        "pinecone": {"outcome": "dead_lettered", "error": {"Error": "VectorIndexRejected", "Cause": "no"}},
        "s3": {"outcome": "written"},
    }
    ending = load("publish").handler(
        {**identity, "model": "minilm", "index": "bloomweaver", "branches": branches}, LambdaContext()
    )
    assert ending["status"] == "partial"


def letter(doc_hash: str = "doc", **changes: Any) -> dict[str, Any]:
    """A letter as the state machines write it."""
    return {
        "branch": "pinecone",
        "task": "write",
        "doc_hash": doc_hash,
        "version": 1,
        "operation": "CREATE",
        "correlation_id": "c",
        "artifacts": {"model": "minilm", "index": "bloomweaver", "chunk_count": 1, "batches": [0], "reused": 0},
        "error": {"type": "VectorIndexRejected", "message": '{"errorMessage": "no such index"}'},
        "execution_arn": "arn:1",
        "failed_at": "2026-01-01T00:00:00.000Z",
        **changes,
    }


def test_every_queue_is_looked_into_and_left_as_it_was(queues: Queues) -> None:
    queues.send("pinecone", letter())
    queues.send("create", {"operation": "CREATE", "doc_hash": "b", "version": 1, "correlation_id": "c"})
    queues.send("delete", "\x7fno JSON")
    answer = call("dead_letters", "GET", "/dead-letters")
    assert answer.status == 200
    found = {queue["branch"]: queue for queue in answer.body["queues"]}
    assert list(found) == ["pinecone", "s3", "create", "update", "delete"]
    assert {name: queue["visible"] for name, queue in found.items()} == dict.fromkeys(found, 0) | {
        "pinecone": 1,
        "create": 1,
        "delete": 1,
    }
    [shown] = found["pinecone"]["letters"]
    assert shown["error"] == {"type": "VectorIndexRejected", "message": "no such index"}
    assert (shown["doc_hash"], shown["version"], shown["redrives"]) == ("doc", 1, 0)
    assert [entry["doc_hash"] for entry in found["create"]["letters"]] == ["b"]
    assert found["delete"]["letters"][0]["unparseable"]["excerpt"] == "\\x7fno JSON"
    assert [queues.depth(name) for name in ("pinecone", "create", "delete")] == [(1, 0)] * 3


def test_one_queue_can_be_chosen(queues: Queues) -> None:
    answer = call("dead_letters", "GET", "/dead-letters", query={"branch": "s3", "limit": "1"})
    assert answer.body == {"queues": [{"branch": "s3", "visible": 0, "in_flight": 0, "letters": []}]}


@pytest.mark.parametrize(
    ("query", "field"), [({"branch": "moon"}, "branch"), ({"limit": "0"}, "limit"), ({"limit": "101"}, "limit")]
)
def test_bad_query_names_the_parameter(queues: Queues, query: dict[str, str], field: str) -> None:
    answer = call("dead_letters", "GET", "/dead-letters", query=query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)


def test_a_redrive_starts_an_execution_and_says_which(queues: Queues) -> None:
    partial()
    message_id = queues.send("pinecone", letter())
    answer = call("redrive", "POST", PATH.format("pinecone"))
    assert answer.status == 202
    assert {key: answer.body[key] for key in ("redriven", "superseded", "waiting", "unparseable", "more")} == {
        "redriven": 1,
        "superseded": 0,
        "waiting": 0,
        "unparseable": 0,
        "more": False,
    }
    [given] = queues.inputs()
    assert given["queue_url"] == queues.urls[DeadLetterQueue.PINECONE]
    assert [(sent["doc_hash"], sent["message_id"], sent["redrives"]) for sent in given["letters"]] == [
        ("doc", message_id, 0)
    ]
    assert queues.depth("pinecone") == (0, 1)
    # The letter is in hand: a second redrive at the same time finds nothing.
    again = call("redrive", "POST", PATH.format("pinecone"), {})
    assert (again.status, again.body["redriven"], again.body["executions"]) == (200, 0, [])

    [name] = answer.body["executions"]
    found = call("redrive", "GET", f"/redrives/{name}")
    assert (found.status, found.body["status"], found.body["error"]) == (200, "running", None)
    queues.stop(name)
    found = call("redrive", "GET", f"/redrives/{name}")
    assert found.body["status"] == "aborted"
    assert found.body["error"] == {"type": "aborted", "message": "the execution ended as aborted"}


def test_a_message_that_never_started_goes_back_to_its_queue(queues: Queues, services: Services) -> None:
    post_document()
    services.messages()
    queues.send("create", {"operation": "CREATE", "doc_hash": "doc", "version": 1, "correlation_id": "c"})
    queues.send("create", {"operation": "CREATE", "doc_hash": "gone", "version": 1, "correlation_id": "c"})
    answer = call("redrive", "POST", PATH.format("create"))
    assert (answer.status, answer.body["redriven"], answer.body["superseded"]) == (202, 1, 1)
    assert [message["doc_hash"] for message in services.messages()] == ["doc"]
    assert queues.depth("create") == (0, 0)


def test_an_empty_queue_is_a_plain_answer(queues: Queues) -> None:
    answer = call("redrive", "POST", PATH.format("s3"))
    assert (answer.status, answer.body["redriven"], answer.body["executions"]) == (200, 0, [])


@pytest.mark.parametrize(
    ("branch", "body", "status", "field"),
    [
        ("moon", {}, 404, "branch"),
        ("pinecone", {"limit": 0}, 422, "limit"),
        ("pinecone", {"limit": "5"}, 422, "limit"),
        ("pinecone", {"doc": "x"}, 422, "doc"),
        ("pinecone", "[]", 400, "body"),
        ("pinecone", "{", 400, "body"),
        ("update", {"error_type": "X"}, 422, "error_type"),
    ],
)
def test_bad_request_is_a_problem_that_changes_nothing(
    queues: Queues, branch: str, body: Any, status: int, field: str
) -> None:
    partial()
    queues.send("pinecone", letter())
    answer = call("redrive", "POST", PATH.format(branch), body)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status, answer.body["errors"][0]["field"]) == (status, field)
    assert (queues.depth("pinecone"), queues.inputs()) == ((1, 0), [])


@pytest.mark.parametrize("name", ["nobody", "a%2Fb", "a:b", "x" * 81, "x" * 3000])
def test_an_unknown_redrive_is_a_404(queues: Queues, name: str) -> None:
    answer = call("redrive", "GET", f"/redrives/{name}")
    assert (answer.status, answer.body["errors"][0]["field"]) == (404, "name")


def test_mend_returns_what_the_choice_states_read(queues: Queues) -> None:
    partial()
    event = {key: value for key, value in letter().items() if key not in ("error", "execution_arn", "failed_at")}
    answer = load("mend").handler({**event, "stale": []}, LambdaContext())
    assert answer == {"outcome": "mended", "next": "none", "stale": []}
    record = call("documents", "GET", "/documents/doc").body
    assert (record["status"], record["served_version"], record["error"]) == ("indexed", 1, None)


@pytest.mark.parametrize("writer", ["s3_writer"])
def test_vectors_that_have_expired_are_a_named_permanent_error(queues: Queues, writer: str) -> None:
    partial()
    with pytest.raises(ArtifactsExpired, match=r"vectors/doc/1/bloomweaver/0\.jsonl"):
        load(writer).handler({**letter(), "stale": []}, LambdaContext())
