"""The emulator's API Gateway counts requests as AWS does, whoever answers them."""

import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

from bloomweaver.adapters.cloudwatch_metrics import CloudWatchMetrics
from bloomweaver.metrics.ports import MetricQuery, Statistic
from bloomweaver.metrics.series import Window
from local import aws
from tests.local.emulator.mortal import Mortal

NAME = "counted"


def query(name: str, statistic: Statistic) -> MetricQuery:
    return MetricQuery("AWS/ApiGateway", name, (("ApiName", NAME), ("Stage", "v1")), statistic)


def answers(url: str) -> int:
    """The status of the answer."""
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_requests_are_counted_by_how_they_were_answered(mortal: Mortal) -> None:
    gateway = mortal.client("apigateway")
    api = gateway.create_rest_api(name=NAME)["id"]
    [root] = gateway.get_resources(restApiId=api)["items"]
    for path, status in (("good", "200"), ("bad", "404"), ("broken", "503")):
        resource = gateway.create_resource(restApiId=api, parentId=root["id"], pathPart=path)["id"]
        at = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
        gateway.put_method(**at, authorizationType="NONE")
        template = {"application/json": f'{{"statusCode": {status}}}'}
        gateway.put_integration(**at, type="MOCK", requestTemplates=template)
        gateway.put_method_response(**at, statusCode=status)
        gateway.put_integration_response(**at, statusCode=status, selectionPattern=status)
    gateway.create_deployment(restApiId=api, stageName="v1")
    base = f"{aws.endpoint(mortal.port)}/_aws/execute-api/{api}/v1"
    statuses = [answers(f"{base}/{path}") for path in ("good", "good", "bad", "nowhere", "broken")]
    assert [status // 100 for status in statuses] == [2, 2, 4, 4, 5]
    counts = {
        query("Count", Statistic.COUNT): 5.0,
        query("4XXError", Statistic.SUM): 2.0,
        query("5XXError", Statistic.SUM): 1.0,
    }
    took = [query("Latency", statistic) for statistic in (Statistic.P50, Statistic.P95, Statistic.P99)]
    # The minute in which they came may be over by now.
    window = Window.before(datetime.now(UTC) + timedelta(minutes=1), 2)
    reader = CloudWatchMetrics(mortal.client("cloudwatch"))
    found = reader.read([*counts, *took], since=window.since, until=window.until, period_seconds=60)
    assert {each: sum(found[each].values.values()) for each in counts} == counts
    for each in took:
        assert found[each].values
        assert all(value >= 0 for value in found[each].values.values())
