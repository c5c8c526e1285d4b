"""What the template says, without resolving CloudFormation's functions such as !Ref."""

from pathlib import Path
from typing import Any

import yaml

from local.config import REPOSITORY

TEMPLATE = REPOSITORY / "template.yaml"
AUTHORIZER = "AuthorizerFunction"


def resources(template: Path = TEMPLATE) -> dict[str, Any]:
    """Its resources by logical id."""
    found: dict[str, Any] = yaml.load(template.read_text(), Loader=_TemplateLoader)["Resources"]
    return found


def layers() -> list[str]:
    """The logical ids of its layers."""
    return [name for name, entry in resources().items() if entry["Type"] == "AWS::Serverless::LayerVersion"]


def answering() -> list[str]:
    """The packages of the functions that somebody waits for: those behind the API, and the one that lets callers in."""
    every = resources()
    functions = {name: r["Properties"] for name, r in every.items() if r["Type"] == "AWS::Serverless::Function"}
    behind_the_api = [
        properties
        for name, properties in functions.items()
        if name == AUTHORIZER or any(event["Type"] == "Api" for event in properties.get("Events", {}).values())
    ]
    return sorted(properties["Handler"].partition(".")[0] for properties in behind_the_api)


class _TemplateLoader(yaml.CSafeLoader):
    """Reads a template without resolving CloudFormation's short functions such as !Ref."""


def _keep(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    return f"!{suffix}"


_TemplateLoader.add_multi_constructor("!", _keep)
