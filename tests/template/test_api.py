"""How much the API takes, and what it says where it takes no more."""

import json
from typing import Any

import pytest

from tests.template.template import resources, template, value

[API] = resources("AWS::Serverless::Api").values()
ANSWERS = {
    "UNAUTHORIZED": 401,
    "ACCESS_DENIED": 403,
    "WAF_FILTERED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "REQUEST_TOO_LARGE": 413,
    "THROTTLED": 429,
}
"""What API Gateway answers by itself, where a client can do something about it."""


def headers(name: str) -> dict[str, Any]:
    """The headers of one of API Gateway's own answers."""
    found: dict[str, Any] = API["GatewayResponses"][name]["ResponseParameters"]["Headers"]
    return found


def test_every_route_is_throttled() -> None:
    [settings] = API["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    # Below what the account has for all of its APIs, so that this one leaves something.
    assert 1 <= value(settings["ThrottlingRateLimit"]) < 10_000
    assert 1 <= value(settings["ThrottlingBurstLimit"]) < 5_000


@pytest.mark.parametrize(("name", "status"), ANSWERS.items())
def test_its_own_answers_are_problem_details(name: str, status: int) -> None:
    answer = API["GatewayResponses"][name]
    [(kind, text)] = answer["ResponseTemplates"].items()
    body = json.loads(text)
    assert kind == "application/json"
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == status
    assert answer.get("StatusCode", status) == status
    assert headers(name)["Content-Type"] == "'application/problem+json'"


def test_a_throttled_client_is_told_when_to_come_again() -> None:
    assert headers("THROTTLED")["Retry-After"] == "'1'"


def test_a_firewall_stands_before_the_stage_where_one_is_named() -> None:
    association = template()["Resources"]["ApiFirewall"]
    assert association["Condition"] == "HasWebAcl"
    assert association["Properties"]["WebACLArn"] == {"Ref": "WebAclArn"}
    stage = association["Properties"]["ResourceArn"]["Fn::Sub"]
    assert stage.endswith("::/restapis/${Api}/stages/${Api.Stage}")
    assert template()["Parameters"]["WebAclArn"]["Default"] == ""


def test_a_deployment_with_pinecone_and_without_its_key_is_refused() -> None:
    [rule] = template()["Rules"]["TheVectorIndexCanBeReached"]["Assertions"]
    assert "PineconeApiKey" in rule["AssertDescription"]


def test_no_function_has_a_secret_in_its_environment() -> None:
    secret = {name for name, parameter in template()["Parameters"].items() if str(parameter.get("NoEcho")) == "True"}
    assert "PineconeApiKey" in secret
    common = template()["Globals"]["Function"]["Environment"]["Variables"]
    for function in resources("AWS::Serverless::Function").values():
        variables = {**common, **function.get("Environment", {}).get("Variables", {})}
        text = json.dumps(variables)
        assert not [name for name in secret if f'"{name}"' in text or f"${{{name}}}" in text]
