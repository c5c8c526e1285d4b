"""Every content type, and every way in: a sentence goes in, and search finds it in its place."""

import base64
import gzip
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cli.answers import Accepted
from tests.content.documents import DOCX, PDF, docx_of, pdf_of
from tests.e2e.running_stack import RunningStack
from tests.e2e.texts import passage

LARGE_PARAGRAPHS = 120


@dataclass(frozen=True)
class Case:
    """A document, and the passage of it that the query finds."""

    content_type: str
    content: bytes
    query: str
    found: str
    heading: str | None = None
    page: int | None = None


def _markdown() -> bytes:
    lathe, kiln = passage("Oil the spindle once a week.", "lathe"), passage("It cools for a whole day.", "kiln")
    return f"# Workshop\n\n{lathe}\n\n## Kiln\n\n{kiln}\n".encode()


def _html() -> bytes:
    return (
        b"<html><head><title>Rules</title><script>var hidden = 1;</script></head><body><h1>Harbour rules</h1>"
        b"<p>Sailing boats moor at the <b>eastern pier</b> only.</p></body></html>"
    )


def _json() -> bytes:
    return json.dumps({"tour": {"guide": "Amina Okoro", "stops": ["The volcano of Batu opens at dawn."]}}).encode()


def _pdf() -> bytes:
    loss = "Penguins of the southern colony lost a fifth of their nests."
    return pdf_of([passage("This report has two pages.", "journey"), passage(loss, "colony")])


def _docx() -> bytes:
    def write(document: object) -> None:
        document.add_heading("Orchard", 1)  # type: ignore[attr-defined]
        document.add_paragraph("Graft the old apple trees in late March.")  # type: ignore[attr-defined]

    return docx_of(write)


def _large() -> bytes:
    filler = (
        f"Shelf {number} of the archive holds the parish registers of the year {1700 + number}, bound in leather."
        for number in range(LARGE_PARAGRAPHS)
    )
    secret = "The astronomer hid her comet drawings behind the clock."
    return "\n\n".join([" ".join([paragraph] * 6) for paragraph in filler] + [secret]).encode()


CASES: dict[str, Case] = {
    "text": Case("text/plain", "Das Café füllt jeden Krug — randvoll.".encode(), "Café Krug", "Krug — randvoll"),
    "markdown": Case("text/markdown", _markdown(), "notes on the kiln", "for a whole day", "Workshop > Kiln"),
    "html": Case("text/html", _html(), "where do sailing boats moor", "eastern pier", "Harbour rules"),
    "json": Case("application/json", _json(), "when does the volcano open", "opens at dawn"),
    "pdf": Case(PDF, _pdf(), "nests of penguins", "lost a fifth of their nests", page=2),
    "docx": Case(DOCX, _docx(), "when to graft apple trees", "in late March", "Orchard"),
    "gzip body": Case("text/plain", b"Nine trams cross the bridge at noon.", "trams on the bridge", "Nine trams"),
    "upload": Case("text/plain", _large(), "where are the drawings of the comet", "behind the clock"),
}


def _plain_body(stack: RunningStack, doc_hash: str, case: Case) -> Accepted:
    body = {"operation": "INSERT", "doc_hash": doc_hash, "content_type": case.content_type}
    if case.content_type in (PDF, DOCX):
        body["content_base64"] = base64.b64encode(case.content).decode()
    else:
        body["content"] = case.content.decode()
    response = stack.post("/webhook", json.dumps(body).encode())
    assert response.status_code == 202, response.text
    return Accepted.model_validate_json(response.content)


def _gzip_body(stack: RunningStack, doc_hash: str, case: Case) -> Accepted:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": case.content_type}
    compressed = gzip.compress(json.dumps(body | {"content": case.content.decode()}).encode())
    return stack.api.webhook(compressed)


def _upload(stack: RunningStack, doc_hash: str, case: Case) -> Accepted:
    upload = stack.api.request_upload(len(case.content))
    stack.api.put_upload(upload, case.content)
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": case.content_type}
    return stack.api.submit(body | {"content_ref": upload.content_ref})


WAYS: dict[str, Callable[[RunningStack, str, Case], Accepted]] = {"gzip body": _gzip_body, "upload": _upload}


@pytest.fixture(scope="module")
def sent(stack: RunningStack) -> dict[str, Accepted]:
    """All of them, sent one after the other and indexed side by side."""
    return {
        name: WAYS.get(name, _plain_body)(stack, f"{name.replace(' ', '-')}-{uuid.uuid4().hex[:8]}", case)
        for name, case in CASES.items()
    }


@pytest.mark.parametrize("name", CASES)
def test_a_sentence_is_found_in_its_place(stack: RunningStack, sent: dict[str, Accepted], name: str) -> None:
    case, accepted = CASES[name], sent[name]
    assert stack.execution(accepted).status == "SUCCEEDED"
    best = stack.hits(case.query, accepted.doc_hash)[0]
    assert case.found in best.text
    assert (best.heading, best.page) == (case.heading, case.page)


def test_a_large_document_is_whole(stack: RunningStack, sent: dict[str, Accepted]) -> None:
    accepted = sent["upload"]
    execution = stack.execution(accepted)
    document = stack.api.document(accepted.doc_hash)
    assert document.chunk_count > 50
    # More than one batch, each embedded on its own.
    assert len(stack.artifacts_of(execution.arn)["batches"]) > 1
    stack.assert_holds_only(document)
