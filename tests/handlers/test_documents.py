"""GET /documents, GET /documents/{doc_hash} and what is below it, on records that the webhook wrote."""

import base64
import json

import boto3
import pytest

from bloomweaver import keys
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Chunk, Passage
from bloomweaver.models.record import DocumentRecord, Status
from tests.handlers.conftest import REGION, Services, call
from wiring import dependencies


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


def test_a_document_shows_the_language_that_its_request_named(services: Services) -> None:
    post("doc-1", language="DE-at")
    post("doc-2")
    assert call("documents", "GET", "/documents/doc-1").body["language"] == "de-AT"
    shown = call("documents", "GET", "/documents/doc-2").body
    assert (shown["language"], shown["detected_language"]) == (None, None)


def test_an_id_may_be_percent_encoded(services: Services) -> None:
    post("doc-1")
    assert call("documents", "GET", "/documents/%64oc%2D1").body["doc_hash"] == "doc-1"


NO_IDS = ["a%2Fb", "a%20b", "a b", "%", "%2e%2e", "caf%C3%A9", "a:b", "x" * 129, "x" * 3000]


@pytest.mark.parametrize("name", NO_IDS)
def test_what_is_no_id_is_a_404_that_says_what_one_is(services: Services, name: str) -> None:
    routes = [("documents", "GET", path) for path in ("", "/content", "/passages", "/removal")]
    for function, method, path in (*routes, ("retry", "POST", "/retry")):
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


def made(doc_hash: str, updated_at: str) -> str:
    """A cursor in the form of those that pages give out."""
    key = {"doc_hash": doc_hash, "updated_at": updated_at, "status": "queued"}
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({}, 422, "folder"),
        ({"status": "lost"}, 422, "status"),
        ({"status": "queued", "limit": "0"}, 422, "limit"),
        ({"status": "queued", "limit": "x"}, 422, "limit"),
        ({"status": "queued", "colour": "red"}, 422, "colour"),
        ({"status": "queued", "cursor": "???"}, 400, "cursor"),
        ({"status": "queued", "cursor": "e30="}, 400, "cursor"),
        ({"status": "queued", "cursor": made("", "2026")}, 400, "cursor"),
        ({"status": "queued", "cursor": made("a" * 3000, "2026")}, 400, "cursor"),
        ({"status": "queued", "cursor": made("doc", "")}, 400, "cursor"),
        ({"status": "queued", "cursor": made("doc", "2" * 2000)}, 400, "cursor"),
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


def serve(data: bytes, content_type: str = "text/html", name: str = "a" * 64, chunk_count: int = 0) -> None:
    """Have a document served, with its source."""
    post("doc")
    record = dependencies.records().get("doc")
    assert record is not None
    served = {"indexed_version": 1, "status": "indexed", "sources": {"1": name}, "chunk_count": chunk_count}
    served_record = {**record.model_dump(), **served, "revision": record.revision + 1}
    assert dependencies.records().put(DocumentRecord.model_validate(served_record), record)
    dependencies.sources().put_content(keys.source_key("doc", 1, name), data, content_type)


def assert_nothing_of_it_runs(headers: dict[str, str]) -> None:
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert (headers["X-Content-Type-Options"], headers["Content-Security-Policy"]) == ("nosniff", "sandbox")
    assert headers["Cache-Control"] == "no-store"


def test_a_content_comes_as_it_is_and_to_be_saved_not_shown(services: Services) -> None:
    data = b"<script>alert(1)</script>\xff\x00"
    serve(data)
    answer = call("documents", "GET", "/documents/doc/content")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, data, "text/html")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="doc.html"'
    assert (answer.headers["X-Content-Given"], answer.headers["X-Content-Source"]) == ("inline", "content")
    assert_nothing_of_it_runs(answer.headers)


def test_a_content_of_4_mib_is_in_the_answer_and_a_larger_one_has_an_address_that_says_the_same(
    services: Services,
) -> None:
    serve(b"x" * (4 * 2**20))
    assert len(call("documents", "GET", "/documents/doc/content").body) == 4 * 2**20
    dependencies.sources().put_content(keys.source_key("doc", 1, "a" * 64), b"x" * (4 * 2**20 + 1), "text/html")
    answer = call("documents", "GET", "/documents/doc/content")
    assert (answer.status, answer.headers["X-Content-Given"]) == (200, "address")
    assert_nothing_of_it_runs(answer.headers)
    assert (answer.body["expires_in"], answer.body["size"], answer.body["version"]) == (60, 4 * 2**20 + 1, 1)
    url = answer.body["url"]
    assert "X-Amz-Expires=60" in url
    assert "response-content-disposition=attachment%3B%20filename%3D%22doc.html%22" in url
    assert "response-content-type=application%2Foctet-stream" in url


def test_from_the_answer_to_a_delete_on_there_is_no_content_though_its_source_is_still_there(
    services: Services,
) -> None:
    serve(b"text")
    assert call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "doc"}).status == 202
    answer = call("documents", "GET", "/documents/doc/content")
    assert (answer.status, answer.body["errors"][0]["field"]) == (404, "doc_hash")
    assert boto3.client("s3", region_name=REGION).list_objects_v2(Bucket="sources")["KeyCount"] == 1


def test_passages_come_in_their_order_page_by_page_and_not_of_what_is_deleted(services: Services) -> None:
    serve(b"text", chunk_count=3)
    for index in range(3):
        chunk = Chunk.of(Passage(text=f"Passage {index}."), index)
        backup = Backup(
            **chunk.model_dump(), vector=[1.0], doc_hash="doc", version=1, chunk_id=keys.chunk_id(1, index), model="m"
        )
        dependencies.backups().put(keys.backup_key("doc", 1, index), backup.model_dump_json().encode())
    first = call("documents", "GET", "/documents/doc/passages", query={"limit": "2"})
    assert [each["text"] for each in first.body["passages"]] == ["Passage 0.", "Passage 1."]
    assert (first.body["version"], first.body["count"], first.body["next_start"]) == (1, 3, 2)
    query = {"limit": "2", "start": "2"}
    assert call("documents", "GET", "/documents/doc/passages", query=query).body["passages"] == [
        {"index": 2, "chunk_id": "v000001-00002", "text": "Passage 2.", "heading": None, "page": None}
    ]
    for wrong in ({"start": "-1"}, {"limit": "101"}, {"page": "1"}):
        assert call("documents", "GET", "/documents/doc/passages", query=wrong).status == 422
    assert call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "doc"}).status == 202
    assert call("documents", "GET", "/documents/doc/passages").status == 404


def test_a_document_says_what_its_source_is(services: Services) -> None:
    post("doc-1")
    assert call("documents", "GET", "/documents/doc-1").body["source"] is None
    serve(b"text", name=keys.source_name("a" * 64, passages=True))
    shown = call("documents", "GET", "/documents/doc").body
    assert shown["source"] == "passages"
    assert not {"sources", "kept_version", "removed"} & set(shown)


def test_a_removal_is_told_of_a_deleted_document_and_refused_for_others(services: Services) -> None:
    assert call("documents", "GET", "/documents/nobody/removal").status == 404
    serve(b"text")
    refused = call("documents", "GET", "/documents/doc/removal")
    assert (refused.status, "is not deleted" in refused.body["detail"]) == (409, True)
    call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "doc"})
    answer = call("documents", "GET", "/documents/doc/removal")
    assert (answer.status, answer.body["removed"], answer.body["status"]) == (200, False, "deleting")
    names = [place["place"] for place in answer.body["places"]]
    assert names[:7] == ["index", "backups", "source", "answers", "artifacts", "dead_letters", "logs"]
    assert {place["state"] for place in answer.body["places"][:4]} == {"under_way"}
