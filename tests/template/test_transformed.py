"""What SAM makes of the template: one stage, nothing public that is not meant to be, nobody else who may invoke."""

import re
from typing import Any

import pytest

from bloomweaver.auth.routes import OPEN, ROUTES, SIGNED
from tests.template.template import target
from tests.template.transformed import api_body, created, transformed

RESOURCES_MAX = 500
"""CloudFormation: in a stack."""


def methods() -> dict[tuple[str, str], dict[str, Any]]:
    """Every method of the API's OpenAPI document, by method and path."""
    return {
        (method.upper(), path): body for path, found in api_body()["paths"].items() for method, body in found.items()
    }


def test_there_is_one_stage_and_no_deployment_makes_another() -> None:
    [stage] = created("AWS::ApiGateway::Stage").values()
    deployments = created("AWS::ApiGateway::Deployment")
    assert stage["StageName"] == "v1"
    assert target(stage["DeploymentId"]) in deployments
    assert not [name for name, deployment in deployments.items() if "StageName" in deployment]


def test_every_stage_is_throttled_traced_and_behind_the_firewall() -> None:
    firewalls = created("AWS::WAFv2::WebACLAssociation").values()
    protected = {
        name for each in firewalls for name in re.findall(r"/stages/\$\{(\w+)\}", each["ResourceArn"]["Fn::Sub"])
    }
    for name, stage in created("AWS::ApiGateway::Stage").items():
        [settings] = stage["MethodSettings"]
        assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
        assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(settings)
        assert stage["TracingEnabled"] is True
        assert name in protected


def test_every_method_is_a_route_and_asks_for_a_token_where_the_route_does() -> None:
    open_to_all = OPEN | SIGNED
    assert set(methods()) == set(ROUTES) | OPEN
    for route, body in methods().items():
        asked = [scheme for entry in body.get("security", []) for scheme in entry]
        assert asked == (["NONE"] if route in open_to_all else ["Tokens"]), route


def test_a_parameter_that_changes_the_apis_own_answers_is_deployed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # The deployment's name is a hash of the document, in which parameters are still open.
    [name] = created("AWS::ApiGateway::Deployment")
    monkeypatch.setattr("time.time", lambda: 0.0)
    transformed.cache_clear()
    try:
        [later] = created("AWS::ApiGateway::Deployment")
    finally:
        transformed.cache_clear()
    assert name != later


def test_a_function_is_invoked_by_the_api_and_the_schedule_and_nobody_else() -> None:
    principals = {permission["Principal"] for permission in created("AWS::Lambda::Permission").values()}
    assert principals == {"apigateway.amazonaws.com", "events.amazonaws.com"}
    for name, permission in created("AWS::Lambda::Permission").items():
        assert "SourceArn" in permission, name


def test_a_stack_has_room_for_more() -> None:
    assert len(transformed()["Resources"]) < RESOURCES_MAX * 2 / 3
