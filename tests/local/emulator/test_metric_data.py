"""The emulator answers for many metrics at once, with percentiles, as CloudWatch does."""

from datetime import UTC, datetime, timedelta

from bloomweaver.adapters.cloudwatch_metrics import CloudWatchMetrics
from bloomweaver.metrics.ports import MetricQuery, Statistic
from tests.local.emulator.mortal import Mortal

HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
VALUES = {3: [float(value) for value in range(1, 101)], 4: [7.0]}
WANTED = {
    Statistic.SUM: [5050.0, 7.0],
    Statistic.AVERAGE: [50.5, 7.0],
    Statistic.MAXIMUM: [100.0, 7.0],
    Statistic.COUNT: [100.0, 1.0],
    Statistic.P50: [50.5, 7.0],
    Statistic.P95: [95.05, 7.0],
    Statistic.P99: [99.01, 7.0],
}


def query(statistic: Statistic, group: str) -> MetricQuery:
    return MetricQuery("Own", "Took", (("service", "stack"), ("RouteGroup", group)), statistic)


def test_each_statistic_of_each_metric_has_a_point_for_each_minute_in_which_it_was_sent(mortal: Mortal) -> None:
    cloudwatch = mortal.client("cloudwatch")
    dimensions = [{"Name": "RouteGroup", "Value": "search"}, {"Name": "service", "Value": "stack"}]
    for minute, values in VALUES.items():
        at = HOUR + timedelta(minutes=minute, seconds=20)
        data = {"MetricName": "Took", "Dimensions": dimensions, "Timestamp": at, "Values": values}
        cloudwatch.put_metric_data(Namespace="Own", MetricData=[data])
    queries = [query(statistic, "search") for statistic in Statistic]
    nobody = query(Statistic.SUM, "nobody")
    until = HOUR + timedelta(minutes=10)
    found = CloudWatchMetrics(cloudwatch).read([*queries, nobody], since=HOUR, until=until, period_seconds=60)
    for each in queries:
        points = {
            HOUR + timedelta(minutes=minute): value
            for minute, value in zip(VALUES, WANTED[each.statistic], strict=True)
        }
        assert {at: round(value, 6) for at, value in found[each].values.items()} == points
    assert found[nobody].values == {}
    assert {datapoints.failure for datapoints in found.values()} == {None}
    coarse = CloudWatchMetrics(cloudwatch).read(queries[:1], since=HOUR, until=until, period_seconds=300)
    assert coarse[queries[0]].values == {HOUR: 5057.0}
