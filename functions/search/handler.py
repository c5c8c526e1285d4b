"""POST /search: the passages nearest in meaning to a query, from what is served at this moment."""

import time
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.adapters.embedding_model import InProcessEncoder
from bloomweaver.request_body import parse
from bloomweaver.search.search import Search, SearchRequest
from bloomweaver.settings import settings
from wiring import dependencies, http
from wiring.observability import logger, metrics, tracer

app = http.api()


@cache
def _encoder(model: str) -> InProcessEncoder:
    return InProcessEncoder(model, settings().folder_of(model), dependencies.stored_models)


@cache
def _search() -> Search:
    return Search(
        dependencies.records(),
        dependencies.index_stores(),
        _encoder,
        overfetch=settings().search_overfetch,
        candidates_max=settings().search_candidates_max,
    )


@app.post("/search")
def _answer() -> Response[str]:
    started = time.monotonic()
    body = parse(http.body_bytes(app.current_event), settings().body_max_bytes)
    found = _search().run(SearchRequest.model_validate(body))
    metrics.add_metric("StaleHitsDropped", MetricUnit.Count, found.dropped)
    return http.answer(
        HTTPStatus.OK,
        {
            "results": [hit.model_dump(mode="json", exclude={"id"}) for hit in found.hits],
            "query": {"windows": found.windows},
            "took_ms": round((time.monotonic() - started) * 1000, 1),
        },
    )


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
