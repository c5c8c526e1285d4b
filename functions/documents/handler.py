"""GET /documents, GET /documents/{doc_hash} and GET /counts: what was accepted, and where it stands."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.documents.counts import count
from bloomweaver.documents.lookup import known_document
from bloomweaver.models.record import DocumentRecord, Status
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()

COUNT_SECONDS = 5.0
"""For which GET /counts goes on, well within the time of the function."""
_INTERNAL = {"revision", "stale", "writers", "deleted_version", "artifact"}


class ListRequest(BaseModel):
    """The query parameters of GET /documents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Status
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


def _view(record: DocumentRecord) -> dict[str, Any]:
    return {**record.model_dump(mode="json", exclude=_INTERNAL), "served_version": record.served_version}


@app.get("/documents")
def _list() -> Response[str]:
    request = ListRequest.model_validate(app.current_event.query_string_parameters or {})
    page = dependencies.records().page(request.status, request.limit, request.cursor)
    return http.answer(
        HTTPStatus.OK, {"documents": [_view(record) for record in page.records], "next_cursor": page.cursor}
    )


@app.get("/counts")
def _count() -> Response[str]:
    counts = count(dependencies.records(), COUNT_SECONDS)
    return http.answer(HTTPStatus.OK, {"documents": counts.numbers, "incomplete": counts.incomplete})


@app.get("/documents/<doc_hash>")
def _get(doc_hash: str) -> Response[str]:
    record = known_document(dependencies.records(), doc_hash)
    return http.answer(HTTPStatus.OK, _view(record))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
