"""The sweep and the retry, on records that the webhook wrote and executions that moto plays."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from bloomweaver import keys
from bloomweaver.settings import settings
from tests.handlers.conftest import REGION, LambdaContext, Services, call, load
from wiring import dependencies

pytestmark = pytest.mark.usefixtures("index_card")

ROLE = "arn:aws:iam::123456789012:role/unused"
LOST = {"Error": "KeyError", "Cause": "a fault for good"}


@pytest.fixture
def arns(services: Services, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The state machines' ARNs; nothing waits for the sweep."""
    client = boto3.client("stepfunctions", region_name=REGION)
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    arns = {}
    for name in ("create", "update", "delete"):
        arns[name] = client.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
        monkeypatch.setenv(f"{name.upper()}_STATE_MACHINE_ARN", arns[name])
    monkeypatch.setenv("SWEEP_AFTER_MINUTES", "0")
    monkeypatch.setenv("SWEEP_ATTEMPTS_MAX", "1")
    settings.cache_clear()
    return arns


def post(doc_hash: str = "doc", **more: Any) -> None:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Some text.", **more}
    assert call("webhook", "POST", "/webhook", body).status == 202


def record() -> dict[str, Any]:
    found: dict[str, Any] = call("documents", "GET", "/documents/doc").body
    return found


def sweep() -> dict[str, int]:
    """What the sweep found, without what it did not find, and what it listed."""
    counts: dict[str, int] = load("sweep").handler({"source": "aws.events"}, LambdaContext())
    return {found: count for found, count in counts.items() if count and found != "listed"}


def start(arn: str, message: dict[str, Any], name: str) -> str:
    client = boto3.client("stepfunctions", region_name=REGION)
    started = client.start_execution(stateMachineArn=arn, name=name, input=json.dumps(message))
    return str(started["executionArn"])


def stop(arn: str) -> None:
    boto3.client("stepfunctions", region_name=REGION).stop_execution(executionArn=arn, cause="by hand")


def fail() -> None:
    given = {"operation": "CREATE", "doc_hash": "doc", "version": record()["version"], "attempt": 0}
    load("record_failure").handler({**given, "correlation_id": "c", "error": LOST}, LambdaContext())


def test_a_lost_message_is_sent_again_once_a_bound(arns: dict[str, str], services: Services) -> None:
    post()
    [lost] = services.messages()
    stamped = record()["updated_at"]
    assert sweep() == {"resent": 1}
    assert services.messages() == [lost]
    assert record()["updated_at"] > stamped, "the next one waits as long"
    assert record()["attempt"] == 0


def publish_age(queue: str, seconds: float, minutes_ago: float = 0) -> None:
    """What SQS says of a queue: how old its oldest message is, or was."""
    boto3.client("cloudwatch", region_name=REGION).put_metric_data(
        Namespace="AWS/SQS",
        MetricData=[
            {
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
                "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes_ago),
                "Value": seconds,
            }
        ],
    )


def test_a_message_that_waits_is_left_to_wait(arns: dict[str, str], services: Services) -> None:
    post()
    stamped = record()["updated_at"]
    assert sweep() == {"waiting": 1}, "nothing is known of the queue"
    publish_age("create", 300)
    publish_age("update", 0)
    assert sweep() == {"waiting": 1}, "the oldest was sent before it"
    client = boto3.client("sqs", region_name=REGION)
    client.receive_message(QueueUrl=services.queue_urls["create"])
    assert sweep() == {"waiting": 1}, "what is in flight may yet come back"
    assert record()["updated_at"] == stamped


def test_a_message_is_lost_when_its_queue_has_moved_past_it(arns: dict[str, str], services: Services) -> None:
    post("doc")
    services.messages()
    post("another")
    publish_age("create", 3, minutes_ago=4)
    assert sweep() == {"waiting": 2}, "the value is of a time before it was sent"
    publish_age("create", -1)
    assert sweep() == {"resent": 2}, "the oldest was sent after both"
    assert sorted(message["doc_hash"] for message in services.messages()) == ["another", "another", "doc"]


def test_an_operation_that_is_at_work_is_left_alone(arns: dict[str, str], services: Services) -> None:
    post()
    [message] = services.messages()
    start(arns["create"], message, "doc-1")
    assert sweep() == {"running": 1}
    assert services.messages() == []


def test_an_execution_that_is_over_gets_a_successor_until_there_were_enough(
    arns: dict[str, str], services: Services
) -> None:
    post()
    [message] = services.messages()
    arn = start(arns["create"], message, "doc-1")
    load("claim").handler({**message, "execution_arn": arn}, LambdaContext())
    stop(arn)
    assert sweep() == {"begun_anew": 1}
    [again] = services.messages()
    assert again == {**message, "attempt": 1}
    assert (record()["status"], record()["attempt"]) == ("queued", 1)

    stop(start(arns["create"], again, "doc-1-r1"))
    assert sweep() == {"given_up": 1}
    assert record()["status"] == "failed"
    assert record()["error"]["type"] == "AttemptsExhausted"
    assert "ended as ABORTED" in record()["error"]["message"]
    assert sweep() == {}


def test_a_lost_delete_is_sent_again(arns: dict[str, str], services: Services) -> None:
    post()
    call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "doc"})
    services.messages()
    assert sweep() == {"resent": 1}
    assert [message["operation"] for message in services.messages()] == ["DELETE"]


def test_what_a_failed_version_left_over_is_removed_when_nobody_writes_it_any_more(
    arns: dict[str, str], services: Services
) -> None:
    post()
    [message] = services.messages()
    arn = start(arns["create"], message, "doc-1")
    load("claim").handler({**message, "execution_arn": arn}, LambdaContext())
    load("chunk").handler(message, LambdaContext())
    fail()
    assert sweep() == {"running": 1}
    stop(arn)
    assert sweep() == {"cleaning": 1}
    [clean] = services.messages()
    assert clean == {**message, "operation": "CLEAN", "attempt": 1}

    claimed = load("claim").handler({**clean, "execution_arn": "arn:clean"}, LambdaContext())
    place = {"version": 1, "index": "bloomweaver", "chunk_count": 1, "first_backup": 0}
    assert claimed["stale"] == [{**place, "source": None}], "its source is what a retry is made of"
    removed = {"pinecone": {"outcome": "removed"}, "s3": {"outcome": "removed"}}
    settled = load("settle").handler({**clean, "stale": claimed["stale"], "branches": removed}, LambdaContext())
    assert settled["status"] == "cleaned"
    assert record()["status"] == "failed"
    assert sweep() == {}


def test_an_operator_sweeps_now_and_is_told_what_was_found(arns: dict[str, str], services: Services) -> None:
    post()
    services.messages()
    answer = call("sweep", "POST", "/sweep")
    assert answer.status == 200
    assert answer.body["resent"] == 1
    assert set(answer.body) >= {"running", "waiting", "begun_anew", "given_up", "cleaning", "left_over"}


def test_the_oldest_come_first_and_no_more_than_allowed(
    arns: dict[str, str], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_EACH_MAX", "2")
    settings.cache_clear()
    for number in range(3):
        post(f"doc-{number}")
    services.messages()
    assert sweep() == {"resent": 2}
    assert sorted(message["doc_hash"] for message in services.messages()) == ["doc-0", "doc-1"]
    assert sweep() == {"resent": 2}
    assert sorted(message["doc_hash"] for message in services.messages()) == ["doc-0", "doc-2"]


def test_a_failed_document_is_retried_as_a_new_version(services: Services) -> None:
    post(title="A title", source_version=7)
    services.messages()
    fail()
    answer = call("retry", "POST", "/documents/doc/retry")
    assert answer.status == 202
    assert answer.body == {"doc_hash": "doc", "version": 2, "operation": "CREATE", "status": "queued"}
    assert [(message["version"], message["operation"]) for message in services.messages()] == [(2, "CREATE")]
    retried = record()
    assert (retried["status"], retried["version"], retried["error"]) == ("queued", 2, None)
    assert (retried["title"], retried["source_version"]) == ("A title", 7)


def test_a_retry_is_made_of_the_source_however_old_the_request_is(services: Services) -> None:
    post()
    services.messages()
    fail()
    name = record()["content_sha256"]
    failed = dependencies.records().get("doc")
    assert failed is not None
    noted = failed.model_copy(update={"sources": {"1": name}, "revision": failed.revision + 1})
    assert dependencies.records().put(noted, failed)
    dependencies.sources().put_content(keys.source_key("doc", 1, name), b"text", "text/plain")
    for key in services.artifact_keys():
        boto3.client("s3", region_name=REGION).delete_object(Bucket="artifacts", Key=key)
    assert call("retry", "POST", "/documents/doc/retry").status == 202
    retried = dependencies.records().get("doc")
    assert retried is not None
    assert retried.kept_version == 1


def test_a_retry_of_what_did_not_fail_or_is_gone_says_so_and_changes_nothing(services: Services) -> None:
    assert call("retry", "POST", "/documents/nobody/retry").status == 404
    post()
    services.messages()
    refused = call("retry", "POST", "/documents/doc/retry")
    assert (refused.status, refused.body["errors"][0]["field"]) == (409, "doc_hash")
    fail()
    for key in services.artifact_keys():
        boto3.client("s3", region_name=REGION).delete_object(Bucket="artifacts", Key=key)
    gone = call("retry", "POST", "/documents/doc/retry")
    assert gone.status == 410
    assert "send the document again" in gone.body["detail"]
    assert (record()["status"], record()["version"]) == ("failed", 1)
    assert services.messages() == []
