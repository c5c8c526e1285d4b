"""GET /documents and GET /documents/{doc_hash}, on records that the webhook wrote."""

import pytest

from bloomweaver.models.record import Status
from tests.handlers.conftest import Services, call


def post(doc_hash: str, **more: object) -> None:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Text.", **more}
    assert call("webhook", "POST", "/webhook", body).status == 202


def test_document_shows_what_was_accepted(services: Services) -> None:
    metadata = {"whole": 1, "fraction": 1.0, "truth": True, "list": ["a"], "text": "ö\u2028"}
    post("doc-1", title="A title", metadata=metadata, source_version=7)
    answer = call("documents", "GET", "/documents/doc-1")
    assert answer.status == 200
    assert (answer.body["status"], answer.body["version"], answer.body["indexed_version"]) == ("queued", 1, 0)
    assert answer.body["title"] == "A title"
    assert answer.body["source_version"] == 7
    assert {key: (value, type(value)) for key, value in answer.body["metadata"].items()} == {
        key: (value, type(value)) for key, value in metadata.items()
    }
    assert answer.body["served_version"] == 0
    assert "revision" not in answer.body


def test_an_id_may_be_percent_encoded(services: Services) -> None:
    post("doc-1")
    assert call("documents", "GET", "/documents/%64oc%2D1").body["doc_hash"] == "doc-1"


NO_IDS = ["a%2Fb", "a%20b", "a b", "%", "%2e%2e", "caf%C3%A9", "a:b", "x" * 129, "x" * 3000]


@pytest.mark.parametrize("name", NO_IDS)
def test_what_is_no_id_is_a_404_that_says_what_one_is(services: Services, name: str) -> None:
    for function, method, path in (("documents", "GET", ""), ("retry", "POST", "/retry")):
        answer = call(function, method, f"/documents/{name}{path}")
        assert (answer.status, answer.body["errors"][0]["field"]) == (404, "doc_hash")
        assert "is no document's id: it has 1 to 128 letters" in answer.body["detail"]


def test_unknown_document_is_a_404_that_names_it(services: Services) -> None:
    answer = call("documents", "GET", "/documents/nobody")
    assert answer.status == 404
    assert "'nobody'" in answer.body["detail"]


def test_list_goes_from_the_newest_on_and_page_by_page(services: Services) -> None:
    for number in range(5):
        post(f"doc-{number}")
    seen: list[str] = []
    query = {"status": "queued", "limit": "2"}
    for _ in range(3):
        answer = call("documents", "GET", "/documents", query=query)
        seen += [document["doc_hash"] for document in answer.body["documents"]]
        if answer.body["next_cursor"] is None:
            break
        query["cursor"] = answer.body["next_cursor"]
    assert seen == ["doc-4", "doc-3", "doc-2", "doc-1", "doc-0"]


def test_counts_are_by_status(services: Services) -> None:
    for number in range(3):
        post(f"doc-{number}")
    answer = call("documents", "GET", "/counts")
    assert answer.status == 200
    assert answer.body["documents"] == {**dict.fromkeys(map(str, Status), 0), "queued": 3}
    assert answer.body["incomplete"] == []


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({}, 422, "status"),
        ({"status": "lost"}, 422, "status"),
        ({"status": "queued", "limit": "0"}, 422, "limit"),
        ({"status": "queued", "limit": "x"}, 422, "limit"),
        ({"status": "queued", "colour": "red"}, 422, "colour"),
        ({"status": "queued", "cursor": "???"}, 400, "cursor"),
        ({"status": "queued", "cursor": "e30="}, 400, "cursor"),
    ],
)
def test_bad_query_names_the_parameter(services: Services, query: dict[str, str], status: int, field: str) -> None:
    answer = call("documents", "GET", "/documents", query=query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (status, field)


def test_cursor_of_another_list_is_refused(services: Services) -> None:
    for number in range(3):
        post(f"doc-{number}")
    cursor = call("documents", "GET", "/documents", query={"status": "queued", "limit": "1"}).body["next_cursor"]
    answer = call("documents", "GET", "/documents", query={"status": "failed", "cursor": cursor})
    assert answer.status == 400
