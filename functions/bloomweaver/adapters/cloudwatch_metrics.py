"""Metrics in CloudWatch, read many at a time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import MetricsUnavailable
from bloomweaver.metrics.ports import Datapoints, MetricQuery

QUERIES_MAX = 500
"""CloudWatch: queries in a request."""
_COMPLETE = "Complete"


class CloudWatchMetrics:
    """Implements `MetricReader` with a CloudWatch client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def read(
        self, queries: Sequence[MetricQuery], *, since: datetime, until: datetime, period_seconds: int
    ) -> Mapping[MetricQuery, Datapoints]:
        """See `MetricReader`."""
        values: dict[MetricQuery, dict[datetime, float]] = {query: {} for query in queries}
        # A query of which no answer says anything was not answered.
        status: dict[MetricQuery, str] = dict.fromkeys(queries, "no answer")
        for start in range(0, len(queries), QUERIES_MAX):
            part = {f"q{number}": query for number, query in enumerate(queries[start : start + QUERIES_MAX])}
            for result in self._results(part, since, until, period_seconds):
                query = part[result["Id"]]
                values[query].update(zip(result["Timestamps"], result["Values"], strict=True))
                # The last page that has something of it says how it went.
                status[query] = result["StatusCode"]
        return {query: Datapoints(values[query], _failure(status[query])) for query in queries}

    def _results(
        self, queries: Mapping[str, MetricQuery], since: datetime, until: datetime, period_seconds: int
    ) -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {
            "MetricDataQueries": [_asked(id_, query, period_seconds) for id_, query in queries.items()],
            "StartTime": since,
            "EndTime": until,
        }
        while True:
            with transient_as(MetricsUnavailable, "reading metrics from CloudWatch"):
                answer = self._client.get_metric_data(**request)
            yield from answer["MetricDataResults"]
            if not (token := answer.get("NextToken")):
                return
            request["NextToken"] = token


def _asked(id_: str, query: MetricQuery, period_seconds: int) -> dict[str, Any]:
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
    }
    return {
        "Id": id_,
        "MetricStat": {"Metric": metric, "Period": period_seconds, "Stat": query.statistic.value},
    }


def _failure(status: str) -> str | None:
    return None if status == _COMPLETE else f"CloudWatch could not read it: {status}"
