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


def is_never_ready(minute: dict[str, float | None]) -> bool:
    """The same of the alarm that gives a fleet up whose instances do not become ready."""
    return bool(_evaluate("NeverReadyAlarm", minute))


def is_calm(minute: dict[str, float | None]) -> bool:
    """The same of the alarm that lets one of several instances go."""
    return bool(_evaluate("CalmAlarm", minute))


def in_an_instance(minute: dict[str, float | None]) -> float:
    """The same of the busy alarm's: the requests that wait in an instance."""
    return _evaluate("BusyAlarm", minute)


def _evaluate(alarm: str, minute: dict[str, float | None]) -> float:
    return evaluate(of_type("AWS::CloudWatch::Alarm")[alarm], minute)


class _Missing:
    """A value that was not sent: whatever is computed with it is missing too."""

    def _same(self, *_: object) -> "_Missing":
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _same
    __gt__ = __lt__ = __eq__ = __ne__ = _same  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise AssertionError("an alarm decides by a value that is missing")

    __hash__ = object.__hash__


MISSING = _Missing()


def evaluate(alarm: Properties, minute: dict[str, float | None]) -> float:
    """What an alarm's expression comes to, as CloudWatch's metric math has it, on one minute. A result that is missing
    counts as the alarm says, which has to be `notBreaching`: as 0."""
    queries = alarm["Metrics"]
    names = {query["Id"] for query in queries if "MetricStat" in query}
    values: dict[str, Any] = {}
    for name in names:
        value = minute.get(name)
        values[name] = MISSING if value is None else value
    functions = {"IF": _if, "SUM": lambda found: sum(value for value in found if value is not MISSING), "BOTH": _both}
    [wanted] = [query for query in queries if query.get("ReturnData", True)]
    helpers = [query for query in queries if "Expression" in query and query is not wanted]
    # Each names what comes after it at most, and metrics.
    for query in [*reversed(helpers), wanted]:
        python = re.sub(r"IF\((.*) AND (.*?), 1, 0\)", r"IF(BOTH(\1, \2), 1, 0)", query["Expression"])
        values[query["Id"]] = eval(python, {"__builtins__": {}}, {**functions, **values})
    result = values[wanted["Id"]]
    assert alarm["TreatMissingData"] == "notBreaching"
    return 0.0 if result is MISSING else float(result)


def _if(condition: Any, then: Any, otherwise: Any) -> Any:
    if condition is MISSING:
        return MISSING
    return then if condition else otherwise


def _both(one: Any, other: Any) -> Any:
    return MISSING if one is MISSING or other is MISSING else bool(one) and bool(other)
