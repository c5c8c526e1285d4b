"""What the template says, without resolving CloudFormation's functions such as !Ref."""

from pathlib import Path
from typing import Any

import yaml

from local.config import REPOSITORY

TEMPLATE = REPOSITORY / "template.yaml"
BESIDE_THE_API = ("AuthorizerFunction", "ConnectionFunction", "TellFunction")
"""Functions that somebody waits for, beside those that have a route of the REST API."""


def resources(template: Path = TEMPLATE) -> dict[str, Any]:
    """Its resources by logical id."""
    found: dict[str, Any] = yaml.load(template.read_text(), Loader=_TemplateLoader)["Resources"]
    return found


def layers() -> list[str]:
    """The logical ids of its layers."""
    return [name for name, entry in resources().items() if entry["Type"] == "AWS::Serverless::LayerVersion"]


def answering() -> list[str]:
    """The packages of the functions that somebody waits for: those behind the API, the one that lets callers in, and
    those of live messages."""
    every = resources()
    functions = {name: r["Properties"] for name, r in every.items() if r["Type"] == "AWS::Serverless::Function"}
    waited_for = [
        properties
        for name, properties in functions.items()
        if name in BESIDE_THE_API or any(event["Type"] == "Api" for event in properties.get("Events", {}).values())
    ]
    return sorted(properties["Handler"].partition(".")[0] for properties in waited_for)


class _TemplateLoader(yaml.CSafeLoader):
    """Reads a template without resolving CloudFormation's short functions such as !Ref."""


def _keep(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    return f"!{suffix}"


_TemplateLoader.add_multi_constructor("!", _keep)
