"""Figures of now: what the route answers, and what functions print for it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bloomweaver.errors import StorageUnavailable
from bloomweaver.metrics import own
from bloomweaver.models.dead_letter import DeadLetterQueue
from tests.handlers.conftest import REGION, LambdaContext, Services, call, load
from wiring import dependencies, request_metrics

TEXT = {"operation": "CREATE", "doc_hash": "doc", "content_type": "text/plain", "content": "Some text."}


@pytest.fixture
def metrics(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the function's figures are named by."""
    for name in DeadLetterQueue:
        monkeypatch.setenv(f"{name.upper()}_DLQ_URL", f"https://queue.amazonaws.com/123456789012/{name}-dlq")


def figure(body: dict[str, Any], name: str, of: str | None = None) -> dict[str, Any]:
    """A figure of an answer."""
    [found] = [each for each in body["figures"] if (each["name"], each["of"]) == (name, of)]
    return dict(found)


def taken(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What functions have printed as metrics since the last look."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]


def of_requests(lines: list[dict[str, Any]]) -> list[tuple[str, set[str]]]:
    """The group and the metrics of each request."""
    return [
        (line[own.ROUTE_GROUP], {metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]})
        for line in lines
        if own.ROUTE_GROUP in line
    ]


def test_the_answer_is_made_of_what_cloudwatch_has(metrics: None) -> None:
    five_ago = datetime.now(UTC) - timedelta(minutes=5)
    cloudwatch = boto3.client("cloudwatch", region_name=REGION)

    def send(namespace: str, name: str, value: float, **dimensions: str) -> None:
        named = [{"Name": each, "Value": of} for each, of in dimensions.items()]
        datum: Any = {"MetricName": name, "Dimensions": named, "Timestamp": five_ago, "Value": value}
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])

    send("Bloomweaver", "WebhookQueued", 3, service="test")
    send("Bloomweaver", "WebhookQueued", 50, service="another")
    send("AWS/SQS", "ApproximateNumberOfMessagesVisible", 4, QueueName="create")
    send("AWS/SQS", "ApproximateNumberOfMessagesVisible", 1, QueueName="pinecone-dlq")
    body = call("metrics", "GET", "/metrics/summary", query={"minutes": "30"}).body
    assert len(figure(body, "documents_accepted")["points"]) == 30
    assert figure(body, "documents_accepted")["overall"] == 3
    assert figure(body, "queue_depth", "create")["latest"] == 4
    assert figure(body, "dead_letters", "pinecone")["latest"] == 1
    assert figure(body, "queue_depth", "update")["missing"] == "nothing of it was measured in this time"
    assert figure(body, "fleet_in_service")["missing"] == "this deployment has no fleet"
    assert call("metrics", "GET", "/metrics/summary", query={"minutes": "30"}).body == body


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "1441"}, "minutes"),
        ({"minutes": "ten"}, "minutes"),
        ({"minutes": ""}, "minutes"),
        ({"hours": "1"}, "hours"),
    ],
)
def test_a_time_that_is_none_is_refused(metrics: None, query: dict[str, str], field: str) -> None:
    answer = call("metrics", "GET", "/metrics/summary", query=query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)


def test_where_cloudwatch_throttles_the_caller_is_told_when_to_come_again(
    metrics: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Throttled:
        def get_metric_data(self, **_: Any) -> None:
            answer: Any = {"Error": {"Code": "Throttling"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, "GetMetricData")

    monkeypatch.setattr(dependencies, "aws_client", lambda _: Throttled())
    answer = call("metrics", "GET", "/metrics/summary")
    assert (answer.status, "MetricsUnavailable" in answer.body["detail"]) == (503, True)
    assert int(answer.headers["Retry-After"]) >= 1


# What functions print -------------------------------------------------------------------------------------------------


def test_a_request_is_counted_in_its_group_with_how_it_was_answered(
    services: Services, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("webhook", "POST", "/webhook", TEXT).status == 202
    assert call("webhook", "POST", "/webhook", "{").status == 400
    assert call("documents", "GET", "/documents", query={"status": "queued"}).status == 200

    def fail() -> None:
        raise StorageUnavailable("gone")

    monkeypatch.setattr(dependencies, "records", fail)
    assert call("documents", "GET", "/documents", query={"status": "queued"}).status == 503
    assert of_requests(taken(capsys)) == [
        ("write", {own.REQUEST_DURATION}),
        ("write", {own.REQUEST_DURATION, own.REQUESTS_REFUSED}),
        ("read", {own.REQUEST_DURATION}),
        ("read", {own.REQUEST_DURATION, own.REQUESTS_FAILED}),
    ]


def test_a_request_of_no_group_is_not_counted(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("health", "GET", "/health").status == 200
    assert call("documents", "GET", "/nowhere").status == 404
    assert of_requests(taken(capsys)) == []


def test_a_route_with_a_parameter_is_known_by_its_template(capsys: pytest.CaptureFixture[str]) -> None:
    request_metrics.count(("GET", "/documents/{doc_hash}"), 200, 0.0214)
    [line] = taken(capsys)
    assert (line[own.ROUTE_GROUP], line[own.REQUEST_DURATION]) == ("read", [21.4])


def invoke(function: str, **event: Any) -> Any:
    identity = {"doc_hash": "doc", "attempt": 0, "correlation_id": "c"}
    return load(function).handler({**identity, **event}, LambdaContext())


def counted(lines: list[dict[str, Any]], name: str) -> float:
    """What the values of a metric come to."""
    return float(sum(sum(line.get(name, [])) for line in lines))


@pytest.mark.usefixtures("index_card")
def test_documents_are_counted_when_they_are_edited_partial_and_deleted(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    call("webhook", "POST", "/webhook", TEXT)
    invoke("claim", operation="CREATE", version=1, execution_arn="arn")
    invoke("chunk", operation="CREATE", version=1)
    lost = {"outcome": "dead_lettered", "error": {"Error": "BackupUnavailable", "Cause": "gone"}}
    half = {"pinecone": {"outcome": "written"}, "s3": lost}
    ended = invoke("publish", operation="CREATE", version=1, model="minilm", index="bloomweaver", branches=half)
    assert ended["status"] == "partial"
    assert counted(taken(capsys), "DocumentsPartial") == 1
    for title in ("A title", "A title"):
        call("edit", "PATCH", "/documents/doc", {"title": title})
    assert counted(taken(capsys), own.DOCUMENTS_EDITED) == 1
    deleted = call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "doc"}).body["version"]
    stale = invoke("claim", operation="DELETE", version=deleted, execution_arn="arn")["stale"]
    gone = {"pinecone": {"outcome": "removed"}, "s3": {"outcome": "removed"}}
    for operation, count in (("DELETE", 1), ("CLEAN", 0)):
        ended = invoke("settle", operation=operation, version=deleted, stale=stale, branches=gone)
        assert (operation, ended["status"]) == (operation, "deleted")
        assert counted(taken(capsys), own.DOCUMENTS_DELETED) == count
