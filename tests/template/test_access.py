"""Who may call what is deployed: every route has its permission, every function of the entrance what it needs."""

from typing import Any

import pytest

from bloomweaver.auth.routes import OPEN, ROUTES, SIGNED
from tests.template import source
from tests.template.template import function, resources, secrets_read_by, statements, target, template

SETTINGS = {"OIDC_ISSUER", "OIDC_JWKS_URL", "OIDC_AUDIENCE", "OIDC_AUTHORIZED_PARTIES", "OIDC_ROLE_CLAIM"}
CHECKING = ["AuthorizerFunction", "WebhookFunction", "UploadsFunction"]


def events() -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
    """Function and properties of every route of the API."""
    return {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"]): (name, event["Properties"])
        for name, properties in resources("AWS::Serverless::Function").items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api"
    }


def test_every_route_has_its_permission() -> None:
    assert set(events()) == set(ROUTES) | OPEN, "bloomweaver/auth/routes.py and template.yaml have the same routes"


def test_only_what_is_open_or_takes_signatures_goes_without_the_authorizer() -> None:
    without = {route for route, (_, event) in events().items() if event.get("Auth") == {"Authorizer": "NONE"}}
    assert without == OPEN | SIGNED
    assert all("Auth" not in event for route, (_, event) in events().items() if route not in without)


def test_who_goes_without_the_authorizer_checks_by_itself() -> None:
    for route in SIGNED:
        name, _ = events()[route]
        assert "entrance" in source.ports_of(function(name)["Handler"]), name


def test_the_authorizer_is_asked_about_tokens_and_sees_every_header() -> None:
    (api,) = resources("AWS::Serverless::Api").values()
    authorizer = api["Auth"]["Authorizers"][api["Auth"]["DefaultAuthorizer"]]
    assert target(authorizer["FunctionArn"]) == "AuthorizerFunction"
    assert authorizer["FunctionPayloadType"] == "REQUEST"
    # What it is kept by is the token and nothing else, or one caller would get another's answer.
    assert authorizer["Identity"]["Headers"] == ["Authorization"]
    assert 0 < authorizer["Identity"]["ReauthorizeEvery"] <= 300


@pytest.mark.parametrize("name", CHECKING)
def test_who_checks_tokens_knows_whose(name: str) -> None:
    assert set(function(name)["Environment"]["Variables"]) >= SETTINGS


def test_nobody_else_may_read_the_webhook_secret() -> None:
    for name in resources("AWS::Serverless::Function"):
        reads = "WebhookSecret" in secrets_read_by(function(name))
        assert reads == (name in {"WebhookFunction", "UploadsFunction"}), name
        assert ("WEBHOOK_SECRET_ARN" in function(name)["Environment"]["Variables"]) == reads


def test_the_authorizer_may_do_nothing() -> None:
    assert statements(function("AuthorizerFunction")) == []


def test_ids_of_webhooks_expire() -> None:
    table = resources("AWS::DynamoDB::Table")["DeliveriesTable"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_nothing_is_deployed_without_an_issuer_or_with_one_that_gives_tokens_to_anybody() -> None:
    rule = template()["Rules"]["SomebodySaysWhoMayCall"]
    refused = [assertion["AssertDescription"] for assertion in rule["Assertions"]]
    assert "OidcIssuer" in refused[0]
    assert "OidcAudience" in refused[1]
    assert "OidcAuthorizedParties" in refused[1]
    for parameter in ("OidcIssuer", "OidcAudience", "OidcAuthorizedParties"):
        assert template()["Parameters"][parameter]["Default"] == ""
