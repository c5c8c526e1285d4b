"""POST /search: the passages that answer a query best, from what is served at this moment."""

from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.metrics import own
from bloomweaver.request_body import parse
from bloomweaver.search.request import SearchRequest
from bloomweaver.search.search import Search
from bloomweaver.settings import settings
from wiring import dependencies, http
from wiring.observability import logger, metrics, tracer

app = http.api()


@cache
def _search() -> Search:
    return Search(
        dependencies.standings(),
        dependencies.index_stores(),
        dependencies.encoder,
        depth=settings().search_depth,
        candidates_max=settings().search_candidates_max,
        reranking=dependencies.reranking(),
        cache=dependencies.search_cache(),
    )


@app.post("/search")
def _answer() -> Response[str]:
    body = parse(http.body_bytes(app.current_event), settings().body_max_bytes)
    authorizer = app.current_event["requestContext"].get("authorizer") or {}
    found = _search().run(SearchRequest.model_validate(body), authorizer.get("role", ""))
    metrics.add_metric("StaleHitsDropped", MetricUnit.Count, found.dropped)
    if found.answer.cached is not None:
        metrics.add_metric(own.SEARCHES_FROM_CACHE, MetricUnit.Count, 1)
    for part, report in found.answer.legs.items():
        if report.missing is not None:
            logger.warning("a part of the search is missing", extra={"part": part, "reason": report.missing})
            metrics.add_metric("SearchPartsMissing", MetricUnit.Count, 1)
    return http.answer(HTTPStatus.OK, found.answer)


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
