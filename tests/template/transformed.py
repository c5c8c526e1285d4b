"""`template.yaml` as SAM transforms it: what CloudFormation creates, with all that SAM adds of its own."""

import copy
import os
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform

from tests.template.template import Properties, template

REGION = "eu-central-1"
_MANAGED_POLICIES = SimpleNamespace(load=lambda: {})
"""Names of managed policies and their ARNs, which AWS would be asked for. The template names none."""
_BUILT = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
"""What `sam package` puts into a bucket, by type."""


@cache
def transformed() -> dict[str, Any]:
    """The whole template, after `sam build` and `sam package`, as the transform leaves it."""
    packaged = copy.deepcopy(template())
    packaged["Globals"]["Function"].pop("CodeUri")
    for entry in packaged["Resources"].values():
        if entry["Type"] in _BUILT:
            entry["Properties"][_BUILT[entry["Type"]]] = "s3://packaged/object"
    with patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}):
        result: dict[str, Any] = transform(packaged, {}, _MANAGED_POLICIES)
    return result


def created(kind: str) -> dict[str, Properties]:
    """The properties of every resource of a type such as `AWS::ApiGateway::Stage`, by logical id."""
    return {name: entry["Properties"] for name, entry in transformed()["Resources"].items() if entry["Type"] == kind}


def api_body() -> dict[str, Any]:
    """The API's OpenAPI document."""
    [api] = created("AWS::ApiGateway::RestApi").values()
    body: dict[str, Any] = api["Body"]
    return body
