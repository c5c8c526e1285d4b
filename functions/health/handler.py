"""GET /health: the API is up, and which model and vector index it uses."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.settings import settings
from wiring import http
from wiring.observability import logger

app = http.api()


@app.get("/health")
def _health() -> Response[str]:
    return http.answer(
        HTTPStatus.OK,
        {"status": "ok", "model": settings().embedding_model, "vector_store": settings().vector_store},
    )


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
