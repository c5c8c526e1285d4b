"""Requests that cannot be taken, through the API as it is deployed: each is told why, and starts nothing."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from bloomweaver import keys
from tests.e2e.running_stack import RunningStack


def _body(doc_hash: str, **changes: Any) -> bytes:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Text."} | changes
    return json.dumps({name: value for name, value in body.items() if value is not None}).encode()


REFUSED: dict[str, tuple[Callable[[str], bytes], int, str]] = {
    "no JSON": (lambda _: b"operation=CREATE", 400, "body"),
    "empty": (lambda _: b"", 400, "body"),
    "a JSON array": (lambda doc_hash: b"[" + _body(doc_hash) + b"]", 400, "body"),
    "no UTF-8": (lambda doc_hash: _body(doc_hash, title="caf*").replace(b"*", b"\xe9"), 400, "body"),
    "a gzip bomb": (lambda doc_hash: gzip.compress(_body(doc_hash, content=" " * 11_000_000)), 413, "body"),
    "half a gzip file": (lambda doc_hash: gzip.compress(_body(doc_hash, content="Text. " * 200))[:-20], 400, "body"),
    "broken base64": (
        lambda doc_hash: _body(doc_hash, content=None, content_base64="no base64!"),
        422,
        "content_base64",
    ),
    "two contents": (lambda doc_hash: _body(doc_hash, content_base64="VGV4dC4="), 422, "content"),
    "no content": (lambda doc_hash: _body(doc_hash, content=None), 422, "content"),
    "an unknown content type": (lambda doc_hash: _body(doc_hash, content_type="image/png"), 415, "content_type"),
    "nested metadata": (lambda doc_hash: _body(doc_hash, metadata={"author": {"name": "Ada"}}), 422, "metadata"),
    "an unknown operation": (lambda doc_hash: _body(doc_hash, operation="UPSERT"), 422, "operation"),
    "a doc_hash with a slash": (lambda doc_hash: _body(f"{doc_hash}/a"), 422, "doc_hash"),
    "an upload that nobody made": (
        lambda doc_hash: _body(doc_hash, content=None, content_ref="uploads/none"),
        422,
        "content_ref",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_request_is_refused_with_its_reason(stack: RunningStack, doc_hash: str, name: str) -> None:
    body, status, field = REFUSED[name]
    response = stack.post("/webhook", body(doc_hash))
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], [error["field"] for error in problem["errors"]]) == (status, [field])
    assert field in problem["detail"]


@pytest.mark.parametrize(
    "path", ["/documents/a%2Fb", "/documents/a%20b", "/documents/..", "/indexes/a%2Fb", "/nowhere"]
)
def test_a_path_that_names_nothing_gets_an_answer_of_our_own(stack: RunningStack, path: str) -> None:
    response = stack.get(path)
    assert response.status_code == 404, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_an_id_may_be_percent_encoded(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "The one that is asked for.")
    encoded = "".join(f"%{ord(character):02X}" for character in doc_hash)
    assert stack.get(f"/documents/{encoded}").json()["doc_hash"] == doc_hash


def test_a_refused_request_starts_nothing(stack: RunningStack, doc_hash: str) -> None:
    before = stack.execution_names()
    for body, _, _ in REFUSED.values():
        stack.post("/webhook", body(doc_hash))
    # What they had started would have been started before it.
    accepted = stack.index(doc_hash, "The one that can be taken.")
    assert accepted.version == 1
    assert stack.execution_names() - before == {keys.execution_name(doc_hash, 1)}
