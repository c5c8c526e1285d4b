"""The emulator's API Gateway answers in the words of the API's definition."""

import json

import pytest
from ministack.services import apigateway_v1

from local.emulator import gateway_responses

NOT_FOUND = '{"title": "Not Found"}'


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The responses are read, in this test alone."""
    monkeypatch.setattr(apigateway_v1, "_import_rest_api", apigateway_v1._import_rest_api)
    gateway_responses.install()


def response_of(api: str, kind: str) -> dict[str, object]:
    """What API Gateway answers in that case."""
    found: dict[str, object] = json.loads(apigateway_v1._get_gateway_response(api, kind)[2])
    return found


def test_an_api_answers_as_its_definition_says() -> None:
    given = {
        "statusCode": 404,
        "responseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"},
        "responseTemplates": {"application/json": NOT_FOUND},
    }
    definition = {"info": {"title": "api"}, "paths": {}, gateway_responses.RESPONSES: {"THROTTLED": given}}
    api = apigateway_v1._import_rest_api(definition)
    taken = response_of(api, "THROTTLED")
    assert (taken["statusCode"], taken["responseTemplates"]) == ("404", given["responseTemplates"])
    assert taken["responseParameters"] == given["responseParameters"]
    assert response_of(api, "UNAUTHORIZED")["defaultResponse"] is True


def test_a_response_that_there_is_not_is_refused() -> None:
    definition = {"info": {"title": "api"}, "paths": {}, gateway_responses.RESPONSES: {"NONE_SUCH": {}}}
    with pytest.raises(ValueError, match="NONE_SUCH"):
        apigateway_v1._import_rest_api(definition)
