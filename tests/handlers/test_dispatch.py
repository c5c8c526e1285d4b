"""The dispatch function: one execution a message, and bad messages do not hold up good ones."""

import json
from typing import Any

import boto3
import pytest

from tests.handlers.conftest import REGION, LambdaContext, Services, load

ROLE = "arn:aws:iam::123456789012:role/unused"


@pytest.fixture
def arns(services: Services, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    client = boto3.client("stepfunctions", region_name=REGION)
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    arns = {}
    for name in ("create", "update", "delete"):
        arns[name] = client.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
        monkeypatch.setenv(f"{name.upper()}_STATE_MACHINE_ARN", arns[name])
    return arns


def message(operation: str = "CREATE", doc_hash: str = "doc", version: int = 1) -> dict[str, Any]:
    return {"operation": operation, "doc_hash": doc_hash, "version": version, "correlation_id": "c"}


def deliver(*bodies: dict[str, Any] | str) -> list[str]:
    """Deliver a batch; the ids of the messages that failed."""
    records = [
        {
            "messageId": str(number),
            "receiptHandle": str(number),
            "body": body if isinstance(body, str) else json.dumps(body),
            "attributes": {},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:create",
            "awsRegion": REGION,
        }
        for number, body in enumerate(bodies)
    ]
    answer = load("dispatch").handler({"Records": records}, LambdaContext())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def executions(arn: str) -> list[str]:
    client = boto3.client("stepfunctions", region_name=REGION)
    return sorted(execution["name"] for execution in client.list_executions(stateMachineArn=arn)["executions"])


def test_each_operation_starts_its_own_state_machine(arns: dict[str, str]) -> None:
    assert deliver(message("CREATE"), message("UPDATE", version=2), message("DELETE", version=3)) == []
    assert {name: executions(arn) for name, arn in arns.items()} == {
        "create": ["doc-1"],
        "update": ["doc-2"],
        "delete": ["doc-3"],
    }


def test_message_delivered_twice_runs_once(arns: dict[str, str]) -> None:
    assert deliver(message(), message()) == []
    assert deliver(message()) == []
    assert executions(arns["create"]) == ["doc-1"]


def test_bad_message_fails_alone(arns: dict[str, str]) -> None:
    assert deliver("no JSON", message(), {**message(doc_hash="b"), "extra": 1}, message(doc_hash="d")) == ["0", "2"]
    assert executions(arns["create"]) == ["d-1", "doc-1"]


def test_batch_of_bad_messages_alone_is_answered_message_by_message(arns: dict[str, str]) -> None:
    assert deliver("no JSON", "neither") == ["0", "1"]


def test_state_machine_that_is_gone_fails_its_message(arns: dict[str, str]) -> None:
    boto3.client("stepfunctions", region_name=REGION).delete_state_machine(stateMachineArn=arns["update"])
    assert deliver(message("UPDATE"), message("CREATE")) == ["0"]
