"""Browsers: the origins of one parameter, for the API, its own answers and the bucket of uploads; none by default."""

import re

import pytest

from tests.template.template import function, resources, template
from tests.template.transformed import api_body

PATTERN = template()["Parameters"]["AllowedOrigins"]["AllowedPattern"]
NOTHING = {"Ref": "AWS::NoValue"}


def test_nobody_is_allowed_by_default() -> None:
    assert template()["Parameters"]["AllowedOrigins"]["Default"] == ""
    condition = template()["Conditions"]["HasAllowedOrigins"]
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AllowedOrigins"}, ""]}]}


@pytest.mark.parametrize(
    ("origins", "good"),
    [
        ("", True),
        ("*", True),
        ("https://app.example", True),
        ("http://localhost:3000,https://app.example", True),
        ("https://app.example/", False),
        ("https://app.example, https://b.example", False),
        ("app.example", False),
        ("https://app.example,*", False),
    ],
)
def test_an_origin_is_a_scheme_a_host_and_a_port(origins: str, good: bool) -> None:
    assert bool(re.search(PATTERN, origins)) is good


def test_every_function_that_answers_the_api_knows_them() -> None:
    for name in resources("AWS::Serverless::Function"):
        assert function(name)["Environment"]["Variables"]["ALLOWED_ORIGINS"] == {"Ref": "AllowedOrigins"}


def test_a_browser_may_ask_about_every_path_without_a_token() -> None:
    asked = api_body()["paths"]["/{proxy+}"]
    assert list(asked) == ["options"]
    assert asked["options"]["security"] == [{"NONE": []}]
    assert "${HealthFunction.Arn}" in asked["options"]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]


def test_what_the_gateway_answers_by_itself_can_be_read_too() -> None:
    answers = api_body()["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED"} <= set(answers)
    for answer in answers.values():
        allowed = answer["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        assert allowed == {"Fn::If": ["HasAllowedOrigins", "method.request.header.Origin", NOTHING]}


def test_a_page_may_put_its_upload() -> None:
    condition, rules, without = resources("AWS::S3::Bucket")["ArtifactsBucket"]["CorsConfiguration"]["Fn::If"]
    assert (condition, without) == ("HasAllowedOrigins", NOTHING)
    [rule] = rules["CorsRules"]
    assert rule["AllowedOrigins"] == {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
    assert rule["AllowedMethods"] == ["PUT"]
    for name in ("BackupsBucket", "ModelsBucket"):
        assert "CorsConfiguration" not in resources("AWS::S3::Bucket")[name]
