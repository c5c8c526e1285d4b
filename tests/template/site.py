"""`stacks/site.yaml`, read as the template is, and what it comes to with values for its parameters."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from tests.template.template import REPOSITORY, Properties

GIVEN = {
    "ApiUrl": "https://abc.execute-api.eu-central-1.amazonaws.com/v1",
    "LiveUrl": "wss://def.execute-api.eu-central-1.amazonaws.com/live",
    "UploadsBucketName": "uploads",
    "OidcIssuer": "https://issuer.example/realm",
    "OidcClientId": "dashboard",
}
"""What a deployment cannot leave out."""
_PSEUDO = {
    "AWS::Region": "eu-central-1",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::Partition": "aws",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "bloomweaver-dev-site",
}
_NO_VALUE = object()


@cache
def site() -> dict[str, Any]:
    """The whole template."""
    parsed: dict[str, Any] = yaml_parse((REPOSITORY / "stacks" / "site.yaml").read_text())
    return parsed


def properties(name: str, **parameters: str) -> Properties:
    """A resource's properties as they are deployed with these parameters beside those that are always needed."""
    found: Properties = _Deployed(parameters).value(site()["Resources"][name]["Properties"])
    return found


def output(name: str, **parameters: str) -> str:
    """An output, the same way."""
    found: str = _Deployed(parameters).value(site()["Outputs"][name]["Value"])
    return found


def distribution(**parameters: str) -> Properties:
    """What the distribution is configured with."""
    found: Properties = properties("Distribution", **parameters)["DistributionConfig"]
    return found


def is_refused(**parameters: str) -> list[str]:
    """What CloudFormation says against these parameters."""
    deployed = _Deployed(parameters)
    assertions = [each for rule in site()["Rules"].values() for each in rule["Assertions"]]
    return [each["AssertDescription"] for each in assertions if not deployed.holds(each["Assert"])]


class _Deployed:
    """Works out CloudFormation's functions. Attributes and ids of resources stay as their names in angle brackets."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        defaults = {name: each["Default"] for name, each in site()["Parameters"].items() if "Default" in each}
        self._values = {**defaults, **GIVEN, **parameters, **_PSEUDO}

    def holds(self, condition: Any) -> bool:
        """Whether a condition is so."""
        if isinstance(condition, str):
            return self.holds(site()["Conditions"][condition])
        [(kind, of)] = condition.items()
        match kind:
            case "Fn::Not":
                return not self.holds(of[0])
            case "Fn::Or":
                return any(self.holds(each) for each in of)
            case "Fn::Equals":
                return bool(self.value(of[0]) == self.value(of[1]))
            case _:
                raise AssertionError(f"{kind} is no condition that is known here")

    def value(self, entry: Any) -> Any:
        """What an entry comes to."""
        if isinstance(entry, list):
            return [each for each in map(self.value, entry) if each is not _NO_VALUE]
        if not isinstance(entry, Mapping):
            return entry
        if len(entry) == 1:
            [(kind, of)] = entry.items()
            if kind == "Ref" or kind.startswith("Fn::"):
                return self._worked_out(kind, of)
        values = {name: self.value(each) for name, each in entry.items()}
        return {name: each for name, each in values.items() if each is not _NO_VALUE}

    def _worked_out(self, kind: str, of: Any) -> Any:
        match kind:
            case "Ref":
                return _NO_VALUE if of == "AWS::NoValue" else self._values.get(of, f"<{of}>")
            case "Fn::GetAtt":
                return f"<{'.'.join(of)}>"
            case "Fn::If":
                return self.value(of[1] if self.holds(of[0]) else of[2])
            case "Fn::Join":
                return of[0].join(self.value(of[1]))
            case "Fn::Split":
                return self.value(of[1]).split(of[0])
            case "Fn::Select":
                return self.value(of[1])[int(of[0])]
            case "Fn::Sub":
                return self._substituted(*(of if isinstance(of, list) else (of, {})))
            case _:
                raise AssertionError(f"{kind} is no function that is known here")

    def _substituted(self, text: str, own: Mapping[str, Any]) -> str:
        known = {**self._values, **{name: self.value(each) for name, each in own.items()}}
        first, *rest = text.split("${")
        parts = [part.split("}", 1) for part in rest]
        return first + "".join(f"{known.get(name, f'<{name}>')}{after}" for name, after in parts)
