"""Browsers: who is named may call and read, nobody else, and none where nobody is named."""

from typing import Any

import pytest

from bloomweaver.settings import settings
from tests.handlers.conftest import Answer, Services, call

PAGE, OTHER = "https://app.example", "https://other.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
ANSWERS: dict[str, tuple[str, str, str, Any, int]] = {
    "an answer": ("health", "GET", "/health", None, 200),
    "a missing document": ("documents", "GET", "/documents/nobody", None, 404),
    "a body that is none": ("webhook", "POST", "/webhook", "{", 400),
    "an upload": ("uploads", "POST", "/uploads", {"size": 5}, 201),
}


@pytest.fixture
def allowed(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", f"http://localhost:3000,{PAGE}")
    settings.cache_clear()


def preflight(origin: str, path: str = "/documents/doc/retry") -> Answer:
    return call("health", "OPTIONS", path, headers={"Origin": origin, **PREFLIGHT}, token=None)


def told(answer: Answer) -> set[str]:
    return {name for name in answer.headers if name.startswith("Access-Control-")}


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("path", ["/search", "/documents/doc/retry", "/webhook"])
def test_a_page_that_is_named_is_told_what_it_may_send(path: str) -> None:
    answer = preflight(PAGE, path)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert {"GET", "POST", "DELETE"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    sent = {name.lower() for name in answer.headers["Access-Control-Allow-Headers"].split(", ")}
    assert {"authorization", "content-type", "content-encoding", "x-correlation-id"} <= sent
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("of", ANSWERS.values(), ids=ANSWERS)
def test_it_may_read_every_answer_errors_too(of: tuple[str, str, str, Any, int]) -> None:
    function, method, path, body, status = of
    answer = call(function, method, path, body, headers={"Origin": PAGE})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (status, PAGE)
    assert "X-Correlation-Id" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("origin", [OTHER, f"{PAGE}.evil.example", PAGE.upper(), "null", ""])
def test_another_page_is_told_nothing(origin: str) -> None:
    assert (preflight(origin).status, told(preflight(origin))) == (403, set())
    assert told(call("health", "GET", "/health", headers={"Origin": origin})) == set()


def test_nobody_is_allowed_where_nobody_is_named(services: Services) -> None:
    assert (preflight(PAGE).status, told(preflight(PAGE))) == (403, set())
    answer = call("health", "GET", "/health", headers={"Origin": PAGE})
    assert told(answer) == set()
    assert "Vary" not in answer.headers


def test_a_star_is_every_page(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", "*")
    settings.cache_clear()
    assert preflight(OTHER).headers["Access-Control-Allow-Origin"] == OTHER
