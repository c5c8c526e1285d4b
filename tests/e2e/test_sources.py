"""The content of a document is kept for as long as it is served, and is what it is cut anew from."""

import re

import httpx
import pytest

from bloomweaver.models.record import Status
from cli.client import ApiError
from tests.e2e.running_stack import RunningStack
from tests.e2e.texts import passage
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("lancedb")

TEXT = passage("The tide tables lie in the blue cabinet.", "harbour")
OTHER_CHUNKS = "128"
RUN_SECONDS = 60.0
LARGE = 4 * 2**20 + 1


def get(stack: RunningStack, path: str) -> httpx.Response:
    return httpx.get(
        f"{stack.descriptor.api_url}{path}", headers={"Authorization": f"Bearer {stack.descriptor.token()}"}
    )


def assert_to_be_saved(response: httpx.Response) -> None:
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox"


def test_the_content_of_what_is_served_comes_as_it_was_sent_and_never_runs(stack: RunningStack, doc_hash: str) -> None:
    page = f"<html><body><script>alert(1)</script><p>{TEXT}</p></body></html>"
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/html", "content": page}
    assert stack.execution(stack.api.submit(body)).status == "SUCCEEDED"
    response = get(stack, f"/documents/{doc_hash}/content")
    assert (response.status_code, response.text) == (200, page)
    assert response.headers["Content-Type"] == "text/html"
    assert_to_be_saved(response)
    assert stack.api.document(doc_hash).source == "content"


def test_a_large_content_has_an_address_that_says_it_is_to_be_saved(stack: RunningStack, doc_hash: str) -> None:
    # White space is content, and no passage.
    data = TEXT.encode() + b" " * (LARGE - len(TEXT))
    upload = stack.api.request_upload(len(data))
    stack.api.put_upload(upload, data)
    body = {
        "operation": "CREATE",
        "doc_hash": doc_hash,
        "content_type": "text/plain",
        "content_ref": upload.content_ref,
    }
    assert stack.execution(stack.api.submit(body)).status == "SUCCEEDED"
    response = get(stack, f"/documents/{doc_hash}/content")
    assert (response.status_code, response.headers["X-Content-Given"]) == (200, "address")
    assert_to_be_saved(response)
    assert (response.json()["expires_in"], response.json()["size"]) == (60, LARGE)
    given = httpx.get(response.json()["url"])
    assert (given.status_code, given.content) == (200, data)
    assert re.fullmatch(r'attachment; filename="[^"]+[.]txt"', given.headers["Content-Disposition"])
    assert given.headers["Content-Type"] == "application/octet-stream"
    assert stack.api.content(doc_hash).data == data


def test_a_deleted_document_has_no_content_from_the_answer_on_and_its_removal_can_be_shown(
    stack: RunningStack, doc_hash: str
) -> None:
    stack.index(doc_hash, TEXT)
    with pytest.raises(ApiError, match="is not deleted"):
        stack.api.removal(doc_hash)
    deleted = stack.api.delete(doc_hash)
    with pytest.raises(ApiError) as refused:
        stack.api.content(doc_hash)
    assert refused.value.status == 404
    assert stack.execution(deleted).status == "SUCCEEDED"
    removal = stack.api.removal(doc_hash)
    places = {place.place: place for place in removal.places}
    assert (removal.removed, removal.version, removal.status) == (True, deleted.version, Status.DELETED)
    for name in ("index", "backups", "source"):
        assert places[name].state == "removed"
        assert places[name].removed_at
    for name in ("backups", "source", "artifacts", "dead_letters", "logs"):
        assert str(places[name].copies_until) > removal.deleted_at, name
    assert stack.source_keys(doc_hash) == []


def test_a_retry_is_cut_from_the_source_after_the_request_has_expired(stack: RunningStack, doc_hash: str) -> None:
    with stack.function_environment("chunk", CHUNK_MAX_TOKENS=OTHER_CHUNKS):
        failed = stack.submit(doc_hash, TEXT)
        assert stack.execution(failed).error == "IndexUnusable"
    stack.expire_request(doc_hash)
    retried = stack.api.retry(doc_hash)
    assert stack.execution(retried).status == "SUCCEEDED"
    document = stack.api.document(doc_hash)
    assert (document.status, document.served_version) == (Status.INDEXED, retried.version)
    assert stack.api.content(doc_hash).data == TEXT.encode()
    wait_for(lambda: len(stack.source_keys(doc_hash)) == 1 or stack.api.sweep(), RUN_SECONDS, "one source is left")


def test_a_repair_is_cut_from_the_source_after_the_request_has_expired(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, TEXT)
    stack.expire_request(doc_hash)
    [first, *_] = stack.backup_keys(doc_hash)
    stack.client("s3").delete_object(Bucket=stack.descriptor.outputs["BackupsBucketName"], Key=first)

    def repaired() -> bool:
        id_ = stack.api.reconcile(repair=True).id
        wait_for(lambda: stack.api.reconciliation(id_).status != "running", RUN_SECONDS, "the reconciliation ended")
        return stack.api.document(doc_hash).version == 2

    # A document is left alone for a while after its last change.
    wait_for(repaired, RUN_SECONDS, "the document was accepted again")
    wait_for(lambda: stack.api.document(doc_hash).served_version == 2, RUN_SECONDS, "it is served again")
    assert stack.api.content(doc_hash).data == TEXT.encode()
    wait_for(lambda: len(stack.source_keys(doc_hash)) == 1, RUN_SECONDS, "the source of before is removed")
    stack.assert_holds_only(stack.api.document(doc_hash))
