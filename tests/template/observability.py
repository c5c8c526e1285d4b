"""`stacks/observability.yaml`, read as the template is, and which metrics it looks at."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from tests.template.template import REPOSITORY, Properties

OWN_NAMESPACE = "Bloomweaver"


@dataclass(frozen=True)
class Metric:
    """A metric that is looked at: its name, and its dimensions with the parameter that each is set to."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


@cache
def observability() -> dict[str, Any]:
    """The whole nested template."""
    parsed: dict[str, Any] = yaml_parse((REPOSITORY / "stacks" / "observability.yaml").read_text())
    return parsed


def alarms() -> dict[str, Properties]:
    """The properties of every alarm, by logical id."""
    return {
        name: entry["Properties"]
        for name, entry in observability()["Resources"].items()
        if entry["Type"] == "AWS::CloudWatch::Alarm"
    }


def metrics_of_alarm(alarm: Properties) -> list[Metric]:
    """The metrics that an alarm is computed from."""
    if "MetricName" in alarm:
        return [_metric(alarm)]
    return [_metric(query["MetricStat"]["Metric"]) for query in alarm["Metrics"] if "MetricStat" in query]


def metrics_of_dashboard() -> list[Metric]:
    """The metrics that the dashboard shows."""
    body = json.loads(observability()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    rows = [row for widget in body["widgets"] for row in widget["properties"]["metrics"]]
    return [_row([part for part in row if isinstance(part, str)]) for row in rows]


def own_metrics() -> set[str]:
    """The names of all metrics of the functions' own that something looks at."""
    looked_at = [metric for alarm in alarms().values() for metric in metrics_of_alarm(alarm)] + metrics_of_dashboard()
    return {metric.name for metric in looked_at if metric.namespace == OWN_NAMESPACE}


def _metric(entry: Properties) -> Metric:
    dimensions = tuple((each["Name"], each["Value"].get("Ref", "")) for each in entry["Dimensions"])
    return Metric(entry["Namespace"], entry["MetricName"], dimensions)


def _row(parts: list[str]) -> Metric:
    namespace, name, *dimensions = parts
    values = [value.removeprefix("${").removesuffix("}") for value in dimensions[1::2]]
    return Metric(namespace, name, tuple(zip(dimensions[::2], values, strict=True)))
