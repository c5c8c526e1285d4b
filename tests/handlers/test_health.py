"""GET /health and GET /openapi.json: what anybody is answered."""

import json

from bloomweaver.api_description.openapi_file import OPENAPI_FILE
from tests.handlers.conftest import Services, call


def test_anybody_is_told_that_the_api_is_up(services: Services) -> None:
    answer = call("health", "GET", "/health", token=None)
    assert (answer.status, answer.body["status"]) == (200, "ok")


def test_anybody_is_given_the_description(services: Services) -> None:
    answer = call("health", "GET", "/openapi.json", token=None)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.body == json.loads(OPENAPI_FILE.read_text())
