"""What anybody is answered: that the API is up, its description, and the preflights of browsers."""

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.health import Health
from bloomweaver.settings import settings
from wiring import cors, http
from wiring.observability import logger

app = http.api()

_DESCRIPTION = Path(__file__).with_name("openapi.json")
"""Made by `make openapi`."""


@app.get("/health")
def _health() -> Response[str]:
    return http.answer(HTTPStatus.OK, Health(model=settings().embedding_model, vector_store=settings().vector_store))


@cache
def _description() -> str:
    return _DESCRIPTION.read_text(encoding="utf-8")


@app.get("/openapi.json")
def _describe() -> Response[str]:
    return http.as_json(HTTPStatus.OK, _description())


@app.route("/.+", method="OPTIONS")
def _preflight() -> Response[str]:
    # Browsers send it without a token, to every path that a page is to call.
    allowed = cors.parse(settings().allowed_origins)
    headers = cors.preflight_headers(allowed, http.headers_of(app.current_event.raw_event))
    if not headers:
        return http.problem(HTTPStatus.FORBIDDEN, "this origin may not call the API from a browser")
    return Response(int(HTTPStatus.NO_CONTENT), body="", headers=headers)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
