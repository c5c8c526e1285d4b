"""The API's client: what is sent, what is tried again, and what every failure becomes."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bloomweaver.models.record import Status
from cli.client import ATTEMPTS, RETRY_AFTER_MAX_SECONDS, Api, ApiError
from tests.cli.fake_api import LOOPBACK, Answer, FakeApi, problem

BODY = {"operation": "CREATE", "doc_hash": "a", "content_type": "text/plain", "content": "Grüße"}


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(api: FakeApi, pauses: list[float]) -> Iterator[Api]:
    with Api(f"{api.url}/", sleep=pauses.append) as client:
        yield client


def test_a_webhook_body_is_sent_compressed(client: Api, api: FakeApi) -> None:
    accepted = client.submit(BODY)
    assert (accepted.status, accepted.version, accepted.operation) == ("queued", 1, "CREATE")
    (request,) = api.requests
    assert request.headers["Content-Encoding"] == "gzip"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(gzip.decompress(request.body)) == BODY


def test_equal_bodies_are_equal_bytes(client: Api, api: FakeApi) -> None:
    assert [client.submit(BODY).status for _ in range(2)] == ["queued", "unchanged"]
    assert api.requests[0].body == api.requests[1].body


def test_a_limit_of_the_callers_own_is_told_and_not_waited_for(client: Api, api: FakeApi, pauses: list[float]) -> None:
    api.scripted["POST /v1/chats/c/messages"].append(problem(429, "so many a minute", "per_minute", retry_after="3"))
    with pytest.raises(ApiError, match="so many a minute") as limited:
        client.ask("c", "Where?")
    assert (limited.value.is_limit, limited.value.retry_after, pauses) == (True, 3.0, [])
    assert len(api.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(client: Api, api: FakeApi, status: int) -> None:
    api.scripted["POST /v1/webhook"].append(problem(status, "not now"))
    assert client.submit(BODY).status == "queued"
    assert len(api.requests) == 2


def test_retry_after_is_waited_for(client: Api, api: FakeApi, pauses: list[float]) -> None:
    api.scripted["POST /v1/webhook"] += [
        problem(503, "not now", retry_after="7"),
        problem(429, "slow", retry_after="3"),
    ]
    client.submit(BODY)
    assert pauses == [7.0, 3.0]


def test_retry_after_may_be_a_date(client: Api, api: FakeApi, pauses: list[float]) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    api.scripted["GET /v1/health"].append(problem(503, "not now", retry_after=moment))
    client.health()
    assert 0 < pauses[0] <= 40


def test_without_retry_after_the_pauses_are_short(client: Api, api: FakeApi, pauses: list[float]) -> None:
    api.scripted["GET /v1/health"] += [problem(503, "not now", retry_after="soon"), problem(503, "not now")]
    client.health()
    assert len(pauses) == 2
    assert all(0 <= pause <= 8 for pause in pauses)


def test_the_tries_are_bounded(client: Api, api: FakeApi) -> None:
    api.scripted["POST /v1/webhook"] += [problem(503, "StorageUnavailable: send it again")] * (ATTEMPTS + 3)
    with pytest.raises(ApiError) as caught:
        client.submit(BODY)
    assert len(api.requests) == ATTEMPTS
    assert caught.value.status == 503
    assert "StorageUnavailable" in str(caught.value)


def test_who_asks_for_a_long_wait_is_not_asked_again(client: Api, api: FakeApi, pauses: list[float]) -> None:
    too_long = str(int(RETRY_AFTER_MAX_SECONDS) + 1)
    api.scripted["POST /v1/webhook"].append(problem(503, "maintenance", retry_after=too_long))
    with pytest.raises(ApiError):
        client.submit(BODY)
    assert pauses == []


def test_a_refusal_names_the_field_and_is_not_tried_again(client: Api, api: FakeApi) -> None:
    with pytest.raises(ApiError) as caught:
        client.submit({**BODY, "metadata": {"nested": {}}})
    assert caught.value.status == 422
    assert [error.field for error in caught.value.errors] == ["metadata"]
    assert str(caught.value).startswith("422 Title of 422: metadata: ")
    assert len(api.requests) == 1


def test_an_error_of_api_gateway_itself_is_shown(client: Api, api: FakeApi) -> None:
    api.scripted["GET /v1/health"].append(Answer(403, {"message": "Forbidden"}))
    with pytest.raises(ApiError, match="403 Forbidden: Forbidden"):
        client.health()


def test_an_error_that_is_no_json_is_shown(client: Api, api: FakeApi) -> None:
    api.scripted["GET /v1/health"].append(Answer(404, ["not", "an", "object"]))
    with pytest.raises(ApiError, match=r"404 Not Found: .*object"):
        client.health()


def test_an_answer_of_something_else_is_told(client: Api, api: FakeApi) -> None:
    api.scripted["GET /v1/health"].append(Answer(200, {"hello": "world"}))
    with pytest.raises(ApiError, match="not this API"):
        client.health()


def test_an_answer_with_a_word_of_a_newer_api_names_the_field(client: Api, api: FakeApi) -> None:
    api.scripted["DELETE /v1/indexes/old"].append(Answer(202, {"name": "old", "status": "pondering"}))
    with pytest.raises(ApiError, match=r"not of this version.*DeletedIndex \(status: "):
        client.delete_index("old")


def test_fields_of_a_newer_api_are_left_out(client: Api, api: FakeApi) -> None:
    api.scripted["DELETE /v1/indexes/old"].append(Answer(200, {"name": "old", "status": "deleted", "new": 1}))
    assert client.delete_index("old").model_dump() == {"name": "old", "status": "deleted"}


def test_an_answer_that_is_cut_off_is_asked_for_again(client: Api, api: FakeApi) -> None:
    api.scripted["GET /v1/health"].append(Answer(200, {"status": "ok" * 100}, cut_off=True))
    assert client.health().status == "ok"
    assert len(api.requests) == 2


def test_an_api_that_is_not_there_is_told_at_once(taken_port: int, pauses: list[float]) -> None:
    with Api(f"http://{LOOPBACK}:{taken_port}/v1", sleep=pauses.append) as client, pytest.raises(ApiError) as caught:
        client.health()
    assert caught.value.unreachable
    assert f"{LOOPBACK}:{taken_port}" in str(caught.value)
    assert pauses == []


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.com", "http://[::1", "http://"])
def test_a_url_that_is_none_is_told(url: str) -> None:
    with Api(url) as client, pytest.raises(ApiError) as caught:
        client.health()
    assert caught.value.unreachable


def test_documents_come_in_pages(client: Api) -> None:
    for name in ("a", "b", "c"):
        client.submit({**BODY, "doc_hash": name})
    first = client.documents(Status.QUEUED, limit=2)
    rest = client.documents(Status.QUEUED, limit=2, cursor=first.next_cursor)
    assert [document.doc_hash for document in first.documents + rest.documents] == ["c", "b", "a"]
    assert rest.next_cursor is None


def test_only_what_is_asked_for_is_sent_with_a_search(client: Api, api: FakeApi) -> None:
    client.search("words", top_k=3)
    client.search("words", min_score=0.0, filter={"lang": "en"})
    assert api.bodies("/v1/search") == [
        {"query": "words", "top_k": 3},
        {"query": "words", "top_k": 10, "min_score": 0.0, "filter": {"lang": "en"}},
    ]
