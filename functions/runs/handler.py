"""GET /runs, GET /runs/{id} and its graph, GET /documents/{doc_hash}/runs: what the state machines did, and do."""

from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.runs.lists import list_document_runs, list_runs
from bloomweaver.runs.reading import Runs
from bloomweaver.runs.requests import DocumentRunsRequest, RunRequest, RunsRequest
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@cache
def _runs() -> Runs:
    return Runs(dependencies.runs(), dependencies.run_histories(), dependencies.records())


@app.get("/runs")
def _list() -> Response[str]:
    request = RunsRequest.model_validate(app.current_event.query_string_parameters or {})
    return http.answer(HTTPStatus.OK, list_runs(dependencies.runs(), request))


@app.get("/documents/<doc_hash>/runs")
def _of_document(doc_hash: str) -> Response[str]:
    request = DocumentRunsRequest.model_validate(app.current_event.query_string_parameters or {})
    page = list_document_runs(dependencies.runs(), dependencies.records(), doc_hash, request)
    return http.answer(HTTPStatus.OK, page)


@app.get("/runs/<id>")
def _get(id: str) -> Response[str]:
    request = RunRequest.model_validate(app.current_event.query_string_parameters or {})
    return http.answer(HTTPStatus.OK, _runs().detail(id, request))


@app.get("/runs/<id>/graph")
def _graph(id: str) -> Response[str]:
    return http.answer(HTTPStatus.OK, _runs().graph(id))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
