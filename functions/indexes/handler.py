"""GET /indexes and DELETE /indexes/{name}: the vector indexes with their cards, and the deletion of a retired one."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.keys import is_index_name
from bloomweaver.reindexing.answers import DeletedIndex, Indexes, IndexesRequest
from bloomweaver.reindexing.census import count
from bloomweaver.reindexing.dropping import delete_index
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, tracer

COUNT_SECONDS = 10.0
"""The API gives up on a function after 29 seconds."""

app = http.api()


@app.get("/indexes")
def _list() -> Response[str]:
    request = IndexesRequest.model_validate(app.current_event.query_string_parameters or {})
    census = count(dependencies.records(), request.cursor, COUNT_SECONDS)
    return http.answer(HTTPStatus.OK, Indexes.of(settings().vector_index_name, dependencies.indexes().all(), census))


@app.delete("/indexes/<name>")
def _delete(name: str) -> Response[str]:
    with auditing.of(app).operation(target=name if is_index_name(name) else None) as operation:
        gone = delete_index(dependencies.indexes(), dependencies.index_stores(), dependencies.epochs(), name)
        if not gone:
            operation.started()
    if not gone:
        logger.info("index is being deleted", extra={"index": name})
        return http.answer(HTTPStatus.ACCEPTED, DeletedIndex(name=name, status="deleting"))
    logger.info("index deleted", extra={"index": name})
    return http.answer(HTTPStatus.OK, DeletedIndex(name=name, status="deleted"))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
