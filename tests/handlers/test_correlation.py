"""Every answer of the API carries the request's correlation id, and so does every line that is logged for it."""

from typing import Any

import pytest

from bloomweaver.errors import StorageUnavailable
from tests.handlers.conftest import Services, call
from wiring import dependencies, http, observability

GIVEN = {"X-Correlation-Id": "trace-7"}
REQUESTS: dict[str, tuple[str, str, str, Any, int]] = {
    "an answer": ("health", "GET", "/health", None, 200),
    "a list": ("documents", "GET", "/documents", None, 422),
    "a missing document": ("documents", "GET", "/documents/nobody", None, 404),
    "a route that is not there": ("documents", "GET", "/nowhere", None, 404),
    "a body that is none": ("webhook", "POST", "/webhook", "{", 400),
    "a field that is wrong": ("uploads", "POST", "/uploads", {"size": "large"}, 422),
}


@pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS)
def test_an_answer_carries_the_id_that_the_client_gave(
    services: Services, request_of: tuple[str, str, str, Any, int]
) -> None:
    function, method, path, body, status = request_of
    answer = call(function, method, path, body, headers=GIVEN)
    assert (answer.status, answer.headers[http.CORRELATION_HEADER]) == (status, "trace-7")


@pytest.mark.parametrize("given", [{}, {"X-Correlation-Id": 'x"}\n{"level":"ERROR"'}])
def test_without_a_usable_one_it_is_the_gateways(services: Services, given: dict[str, str]) -> None:
    assert call("health", "GET", "/health", headers=given).headers[http.CORRELATION_HEADER] == "gateway-1"


@pytest.mark.parametrize(("error", "status"), [(StorageUnavailable("gone"), 503), (ValueError("a mistake"), 500)])
def test_an_answer_to_what_nobody_foresaw_carries_it_and_so_does_the_log(
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(dependencies, "records", fail)
    answer = call("documents", "GET", "/documents/doc", headers=GIVEN)
    assert (answer.status, answer.headers[http.CORRELATION_HEADER]) == (status, "trace-7")
    assert observability.logger.get_current_keys()["correlation_id"] == "trace-7"
