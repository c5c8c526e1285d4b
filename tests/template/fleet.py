"""`stacks/embedding-fleet.yaml`, read as the template is."""

import re
from functools import cache
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from tests.template.template import REPOSITORY, Properties


@cache
def fleet() -> dict[str, Any]:
    """The whole nested template."""
    parsed: dict[str, Any] = yaml_parse((REPOSITORY / "stacks" / "embedding-fleet.yaml").read_text())
    return parsed


def of_type(kind: str) -> dict[str, Properties]:
    """The properties of every resource of a type, by logical id."""
    found = {name: entry["Properties"] for name, entry in fleet()["Resources"].items() if entry["Type"] == kind}
    assert found, f"the fleet has no {kind}"
    return found


def only(kind: str) -> Properties:
    """The properties of the one resource of a type."""
    [found] = of_type(kind).values()
    return found


def attributes(entries: list[dict[str, str]]) -> dict[str, str]:
    """A load balancer's or a target group's attributes by name."""
    return {entry["Key"]: entry["Value"] for entry in entries}


def user_data() -> str:
    """The script that an instance runs when it starts."""
    text: str = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    return text


def is_idle(minute: dict[str, float | None]) -> bool:
    """What the idle alarm's expression comes to, of a minute's metrics; none is one that was not sent."""
    return bool(_evaluate("IdleAlarm", minute))


def is_calm(minute: dict[str, float | None]) -> bool:
    """The same of the alarm that lets one of several instances go."""
    return bool(_evaluate("CalmAlarm", minute))


def in_an_instance(minute: dict[str, float | None]) -> float:
    """The same of the busy alarm's: the requests that wait in an instance."""
    return _evaluate("BusyAlarm", minute)


def _evaluate(alarm: str, minute: dict[str, float | None]) -> float:
    queries = of_type("AWS::CloudWatch::Alarm")[alarm]["Metrics"]
    [expression] = [query["Expression"] for query in queries if "Expression" in query]
    names = {query["Id"] for query in queries if "MetricStat" in query}
    # As CloudWatch's metric math has them, on one minute.
    functions = {
        "FILL": lambda value, instead: instead if value is None else value,
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
    }
    python = re.sub(r"\bAND\b", "and", expression)
    found: float = eval(python, {"__builtins__": {}}, {**functions, **{name: minute.get(name) for name in names}})
    return found
