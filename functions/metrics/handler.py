"""GET /metrics/summary: figures of now."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.metrics.requests import SummaryRequest
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.get("/metrics/summary")
def _summary() -> Response[str]:
    request = SummaryRequest.model_validate(app.current_event.query_string_parameters or {})
    return http.answer(HTTPStatus.OK, dependencies.summaries().summary(request.minutes))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
