"""`template.yaml`, read with its short functions in their long form, such as `{"Ref": "CreateQueue"}`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

REPOSITORY = Path(__file__).resolve().parents[2]
DAY_SECONDS = 24 * 60 * 60

Properties = dict[str, Any]


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    parsed: dict[str, Any] = yaml_parse((REPOSITORY / "template.yaml").read_text())
    return parsed


def resources(kind: str) -> dict[str, Properties]:
    """The properties of every resource of a type such as `AWS::SQS::Queue`, by logical id."""
    found = {name: entry["Properties"] for name, entry in template()["Resources"].items() if entry["Type"] == kind}
    assert found, f"the template has no {kind}"
    return found


def function(name: str) -> Properties:
    """The properties of a function, with those that all have in common."""
    common = template()["Globals"]["Function"]
    own = resources("AWS::Serverless::Function")[name]
    variables = {**common["Environment"]["Variables"], **own.get("Environment", {}).get("Variables", {})}
    return {**common, **own, "Environment": {"Variables": variables}}


def target(reference: Any) -> str:
    """The logical id that a `Ref` or `Fn::GetAtt` names, of a conditional one where its condition holds."""
    assert isinstance(reference, Mapping), f"{reference} is no reference"
    if "Fn::If" in reference:
        return target(reference["Fn::If"][1])
    if "Ref" in reference:
        return str(reference["Ref"])
    return str(reference["Fn::GetAtt"][0])


def value(entry: Any) -> Any:
    """A value as it is deployed by default: references to parameters and mappings resolved, all else as it stands."""
    if isinstance(entry, Mapping) and entry.get("Ref") in template()["Parameters"]:
        return template()["Parameters"][entry["Ref"]].get("Default", entry)
    if isinstance(entry, Mapping) and "Fn::FindInMap" in entry:
        found: Any = template()["Mappings"]
        for key in entry["Fn::FindInMap"]:
            found = found[value(key)]
        return found
    return entry


def statements(properties: Properties) -> list[Properties]:
    """What a function's or state machine's policies allow, each with lists of actions and resources."""
    found = [each for each in _statements(properties) if each["Effect"] == "Allow"]
    return [{**each, "Action": as_list(each["Action"]), "Resource": as_list(each["Resource"])} for each in found]


def secrets_read_by(properties: Properties) -> set[str]:
    """The logical ids of the secrets that a function may read."""
    reading = [each for each in statements(properties) if "secretsmanager:GetSecretValue" in each["Action"]]
    return {target(resource) for each in reading for resource in each["Resource"]}


def denials(properties: Properties) -> dict[str, list[Any]]:
    """What a function's policies forbid for all but some resources: those that are left, by action."""
    found = [each for each in _statements(properties) if each["Effect"] == "Deny" and "NotResource" in each]
    return {each["Action"]: as_list(each["NotResource"]) for each in found}


def forbidden(properties: Properties) -> list[Properties]:
    """What a function's policies forbid for every resource."""
    return [each for each in _statements(properties) if each["Effect"] == "Deny" and each.get("Resource") == "*"]


def as_list(entry: Any) -> list[Any]:
    """A list, or a list of the one thing that stands where a list may."""
    return entry if isinstance(entry, list) else [entry]


def _statements(properties: Properties) -> list[Properties]:
    return [statement for policy in properties.get("Policies", []) for statement in policy["Statement"]]
