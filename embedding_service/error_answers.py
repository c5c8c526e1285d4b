"""The form of every answer that is no success: OpenAI's under /v1, that of Text Embeddings Inference elsewhere."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from embedding_service.errors import ErrorType, RequestError
from embedding_service.schemas.openai import ErrorDetail, OpenAIErrorBody
from embedding_service.schemas.tei import ErrorBody

OPENAI_PREFIX = "/v1/"
PLACE_LENGTH = 100  # A field's name comes from the client and may be of any length.

Responses = dict[int | str, dict[str, Any]]
EMBED_STATUSES = (400, 408, 413, 415, 422, 424, 429, 503)
OPENAI_EMBED_STATUSES = (400, 404, 408, 413, 415, 424, 429, 503)


def tei_responses(*statuses: int) -> Responses:
    """For a route's `responses`: these statuses with the error body of Text Embeddings Inference."""
    return {status: {"model": ErrorBody} for status in statuses}


def openai_responses(*statuses: int) -> Responses:
    """For a route's `responses`: these statuses with OpenAI's error body."""
    return {status: {"model": OpenAIErrorBody} for status in statuses}


def install(app: FastAPI, retry_after_seconds: int) -> None:
    """Gives every error of the app its form. Whoever may try again is told to wait so many seconds, or, where it is
    known, until there is room for the request."""

    @app.exception_handler(RequestError)
    async def refuse(request: Request, error: RequestError) -> Response:
        seconds = max(retry_after_seconds, math.ceil(error.retry_after or 0))
        headers = {"Retry-After": str(seconds)} if error.retry else {}
        return _answer(request, error.status, error.error_type, str(error), headers, param=error.param, code=error.code)

    @app.exception_handler(RequestValidationError)
    async def refuse_invalid(request: Request, error: RequestValidationError) -> Response:
        if isinstance(error.body, bytes):
            message = "the body must be JSON, with the header Content-Type: application/json"
            return _answer(request, 415, "Validation", message)
        problems = error.errors()
        if problems[0]["type"] == "json_invalid":
            message = f"the body is not valid JSON: {problems[0]['ctx']['error']}"
            return _answer(request, 400, "Validation", message)
        place, message = _explain(problems)
        return _answer(request, 422, "Validation", message, param=place[0] if place else None)

    @app.exception_handler(HTTPException)
    async def refuse_http(request: Request, error: HTTPException) -> Response:
        return _answer(request, error.status_code, "Validation", error.detail, error.headers)

    @app.exception_handler(Exception)
    async def fail(request: Request, _: Exception) -> Response:
        return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Backend", "the service failed on this request")


def _answer(
    request: Request,
    status: int,
    error_type: ErrorType,
    message: str,
    headers: Mapping[str, str] | None = None,
    *,
    param: str | None = None,
    code: str | None = None,
) -> Response:
    if request.url.path.startswith(OPENAI_PREFIX):
        # OpenAI answers 400 to whatever is wrong with a field. A body that is too large as such has no field.
        if status == 422 or (status == 413 and param):
            status = 400
        detail = ErrorDetail(message=message, type=_openai_type(status), param=param, code=code)
        content = OpenAIErrorBody(error=detail).model_dump_json()
    else:
        content = ErrorBody(error=message, error_type=error_type).model_dump_json()
    return Response(content, status, headers, "application/json")


def _openai_type(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 or status == 424 else "invalid_request_error"


def _explain(problems: Sequence[Any]) -> tuple[list[str], str]:
    """The place and the message of the problem that lies deepest: for a list with a wrong item, that item, and not that
    a list is no string."""
    problem = max(problems, key=lambda one: len(one["loc"]))
    place = [str(part)[:PLACE_LENGTH] for part in problem["loc"][1:]]
    name = ".".join(place)[:PLACE_LENGTH]
    return place, f"{name}: {problem['msg']}" if name else str(problem["msg"])
