"""GET /documents, GET /folders, GET /documents/{doc_hash} and what is below it, GET /counts, POST /documents/compare.

What was accepted, where it is and stands, its content and passages, and what became of its deletion.
"""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.documents.answers import ContentAddress, Document, DocumentCounts, DocumentPage
from bloomweaver.documents.comparison import CompareRequest, compare
from bloomweaver.documents.counts import count
from bloomweaver.documents.lists import listed
from bloomweaver.documents.lookup import known_document
from bloomweaver.documents.removal import Retention, removal
from bloomweaver.documents.requests import DocumentsRequest, FoldersRequest
from bloomweaver.library.answers import FolderList
from bloomweaver.passages.served import PassagesRequest, served_passages
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from bloomweaver.sources.reading import ServedContent, read
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()

COUNT_SECONDS = 5.0
"""For which GET /counts goes on, well within the time of the function."""


@app.get("/documents")
def _list() -> Response[str]:
    request = DocumentsRequest.model_validate(app.current_event.query_string_parameters or {})
    return http.answer(HTTPStatus.OK, DocumentPage.of(listed(dependencies.lists(), dependencies.records(), request)))


@app.get("/folders")
def _folders() -> Response[str]:
    request = FoldersRequest.model_validate(app.current_event.query_string_parameters or {})
    lists = dependencies.lists()
    page = lists.folders(request.folder, request.limit, request.cursor)
    return http.answer(HTTPStatus.OK, FolderList.of(request.folder, lists.count(request.folder), page))


@app.post("/documents/compare")
def _compare() -> Response[str]:
    body = parse(http.body_bytes(app.current_event), settings().body_max_bytes)
    compared = compare(dependencies.records(), CompareRequest.model_validate(body))
    return http.answer(HTTPStatus.OK, compared)


@app.get("/counts")
def _count() -> Response[str]:
    return http.answer(HTTPStatus.OK, DocumentCounts.of(count(dependencies.records(), COUNT_SECONDS)))


@app.get("/documents/<doc_hash>")
def _get(doc_hash: str) -> Response[str]:
    record = known_document(dependencies.records(), doc_hash)
    return http.answer(HTTPStatus.OK, Document.of(record, dependencies.progress().of_document(record)))


@app.get("/documents/<doc_hash>/content")
def _content(doc_hash: str) -> Response[bytes] | Response[str]:
    content = read(
        dependencies.records(),
        dependencies.sources(),
        doc_hash,
        inline_max_bytes=settings().content_inline_max_bytes,
        address_seconds=settings().content_address_seconds,
    )
    if content.data is not None:
        return http.attachment(content.data, content.content_type, content.file_name, _told(content, "inline"))
    address = ContentAddress(
        doc_hash=doc_hash,
        version=content.version,
        source=content.source,
        content_type=content.content_type,
        size=content.size,
        url=content.address or "",
        expires_in=settings().content_address_seconds,
    )
    return http.attachment(http.to_json(address), "application/json", f"{doc_hash}.json", _told(content, "address"))


def _told(content: ServedContent, given: str) -> dict[str, str]:
    """How the content is given, and of what: a document's own content may be JSON, as an answer with an address is."""
    return {"X-Content-Given": given, "X-Content-Source": content.source, "X-Content-Version": str(content.version)}


@app.get("/documents/<doc_hash>/passages")
def _passages(doc_hash: str) -> Response[str]:
    request = PassagesRequest.model_validate(app.current_event.query_string_parameters or {})
    page = served_passages(dependencies.records(), dependencies.backups(), doc_hash, request)
    return http.answer(HTTPStatus.OK, page)


@app.get("/documents/<doc_hash>/removal")
def _removal(doc_hash: str) -> Response[str]:
    retention = Retention(
        artifacts_days=settings().artifacts_expire_days,
        versions_days=settings().backup_versions_expire_days,
        dead_letters_seconds=settings().dead_letters_kept_seconds,
        logs_days=settings().log_retention_days,
    )
    found = removal(known_document(dependencies.records(), doc_hash), retention)
    return http.answer(HTTPStatus.OK, found)


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
