"""Reading from CloudWatch: in few requests, page by page, and what it could not read said."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bloomweaver.adapters.cloudwatch_metrics import QUERIES_MAX, CloudWatchMetrics
from bloomweaver.errors import MetricsUnavailable
from bloomweaver.metrics.ports import MetricQuery, Statistic
from tests.metrics.memory_metrics import minute

A, B = (MetricQuery("space", name, (("service", "stack"),), Statistic.P95) for name in "ab")


class Client:
    """A CloudWatch client that answers as boto3 does: each page of results once, in turn."""

    def __init__(self, *pages: list[dict[str, Any]], fails: str = "") -> None:
        self._pages = list(pages)
        self._fails = fails
        self.asked: list[dict[str, Any]] = []

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if self._fails:
            status = 400 if self._fails in ("Throttling", "AccessDenied") else 500
            answer: Any = {"Error": {"Code": self._fails}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(answer, "GetMetricData")
        results = self._pages.pop(0) if self._pages else []
        return {"MetricDataResults": results} | ({"NextToken": f"t{len(self.asked)}"} if self._pages else {})


def result(id_: str, values: dict[int, float], status: str = "Complete") -> dict[str, Any]:
    return {
        "Id": id_,
        "Timestamps": [minute(number) for number in values],
        "Values": list(values.values()),
        "StatusCode": status,
    }


def read(client: Client, *queries: MetricQuery) -> dict[MetricQuery, tuple[dict[datetime, float], str | None]]:
    found = CloudWatchMetrics(client).read(queries, since=minute(0), until=minute(9), period_seconds=60)
    return {query: (dict(datapoints.values), datapoints.failure) for query, datapoints in found.items()}


def test_it_is_asked_for_all_of_them_at_once() -> None:
    client = Client([result("q0", {1: 5.0}), result("q1", {})])
    assert read(client, A, B) == {A: ({minute(1): 5.0}, None), B: ({}, None)}
    [asked] = client.asked
    assert (asked["StartTime"], asked["EndTime"]) == (minute(0), datetime(2026, 11, 30, 12, 9, tzinfo=UTC))
    metric = {"Namespace": "space", "MetricName": "a", "Dimensions": [{"Name": "service", "Value": "stack"}]}
    assert asked["MetricDataQueries"][0] == {
        "Id": "q0",
        "MetricStat": {"Metric": metric, "Period": 60, "Stat": "p95"},
    }


def test_pages_are_put_together_and_the_last_one_says_how_it_went() -> None:
    client = Client(
        [result("q0", {1: 5.0}, "PartialData"), result("q1", {1: 7.0}, "PartialData")],
        [result("q0", {2: 6.0}), result("q1", {}, "InternalError")],
    )
    assert read(client, A, B) == {
        A: ({minute(1): 5.0, minute(2): 6.0}, None),
        B: ({minute(1): 7.0}, "CloudWatch could not read it: InternalError"),
    }
    assert [asked.get("NextToken") for asked in client.asked] == [None, "t1"]


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_what_it_could_not_read_is_said(status: str) -> None:
    [(_, failure)] = read(Client([result("q0", {1: 5.0}, status)]), A).values()
    assert failure == f"CloudWatch could not read it: {status}"


def test_a_query_that_no_answer_has_was_not_read() -> None:
    assert read(Client([result("q0", {})]), A, B)[B] == ({}, "CloudWatch could not read it: no answer")


def test_more_than_a_request_takes_are_several() -> None:
    queries = [MetricQuery("space", f"m{number}", (), Statistic.SUM) for number in range(QUERIES_MAX + 1)]
    client = Client()
    assert len(read(client, *queries)) == QUERIES_MAX + 1
    assert [len(asked["MetricDataQueries"]) for asked in client.asked] == [QUERIES_MAX, 1]


@pytest.mark.parametrize("code", ["Throttling", "InternalServiceError"])
def test_where_it_fails_that_is_said(code: str) -> None:
    with pytest.raises(MetricsUnavailable, match=f"reading metrics from CloudWatch: .*{code}"):
        read(Client(fails=code), A)


def test_what_would_fail_again_is_no_cause_to_come_again() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        read(Client(fails="AccessDenied"), A)
