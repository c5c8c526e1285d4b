"""What the API's handlers share: reading a request, answering JSON, and errors as RFC 9457 problem details."""

import base64
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ValidationError

from bloomweaver.audit.entries import NOBODY, Asked, CallerKind
from bloomweaver.audit.entries import Caller as AuditedCaller
from bloomweaver.audit.routes import Action
from bloomweaver.auth.headers import Headers
from bloomweaver.auth.routes import SIGNED
from bloomweaver.errors import (
    ConfigurationError,
    Forbidden,
    LimitReached,
    ModelUnavailable,
    PermanentError,
    TransientError,
    Unauthenticated,
)
from bloomweaver.models.request_fields import UNSUPPORTED_CONTENT_TYPE
from bloomweaver.problems import REFUSALS, FieldProblem, Problem, status_of
from bloomweaver.retry_after import RetryAfter
from bloomweaver.settings import settings
from wiring import auditing, cors, request_metrics
from wiring.observability import logger

CORRELATION_HEADER = "X-Correlation-Id"
_CORRELATION_ID = re.compile(r"[A-Za-z0-9_.:/=-]{1,128}")


def correlation_id(event: APIGatewayProxyEvent) -> str:
    """The client's `X-Correlation-Id` if it is usable, else the id that API Gateway gave the request."""
    given = event.headers.get(CORRELATION_HEADER) or ""
    return given if _CORRELATION_ID.fullmatch(given) else str(event.request_context.request_id)


def headers_of(event: Mapping[str, Any]) -> Headers:
    """Every value of every header, also of one that was sent twice."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, values in (event.get("multiValueHeaders") or {}).items():
        found[name.lower()] += values
    return found


@dataclass(frozen=True)
class Caller:
    """Who sent a request, as the authorizer has said."""

    subject: str
    role: str | None
    expires_at: int
    """When the token ends, in seconds since the epoch."""


def caller(event: APIGatewayProxyEvent) -> Caller:
    """Who sent the request. Raises `Unauthenticated` where the authorizer was not asked."""
    said = event["requestContext"].get("authorizer") or {}
    if "principalId" not in said or "expires_at" not in said:
        raise Unauthenticated("no authorizer has said who the caller is")
    return Caller(str(said["principalId"]), said.get("role"), int(said["expires_at"]))


def body_bytes(event: APIGatewayProxyEvent) -> bytes:
    """The request's body as it was sent. API Gateway hands it over in base64, since it may be gzip."""
    # Powertools' own decoding returns text, which a gzip body is not.
    body = event.body or ""
    return base64.b64decode(body) if event.is_base64_encoded else body.encode()


def answer(status: HTTPStatus, body: BaseModel) -> Response[str]:
    """A JSON answer. Its model is what the API's description says of it."""
    return as_json(status, to_json(body))


def as_json(status: HTTPStatus, text: str) -> Response[str]:
    """An answer that is JSON already."""
    return Response(int(status), content_type="application/json", body=text)


class _Attachment(Response):  # type: ignore[type-arg]
    """Bytes that go out as they are. Powertools would serialise those of a document that is JSON itself."""

    def is_json(self) -> bool:
        """Never something to be serialised."""
        return False


def attachment(
    data: bytes | str, content_type: str, file_name: str, headers: Mapping[str, str]
) -> Response[bytes] | Response[str]:
    """An answer that a browser saves, and shows or runs nothing of, whatever is in it. Nobody on its way keeps it."""
    kept_off = {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "no-store",
    }
    return _Attachment(int(HTTPStatus.OK), content_type=content_type, body=data, headers={**kept_off, **headers})


def problem(
    status: HTTPStatus, detail: str, errors: Iterable[FieldProblem] = (), headers: dict[str, str] | None = None
) -> Response[str]:
    """An error as RFC 9457 has it; `errors` names the fields at fault."""
    return Response(
        int(status),
        content_type="application/problem+json",
        body=to_json(Problem.of(status, detail, errors)),
        headers=headers or {},
    )


class CorrelatedResolver(APIGatewayRestResolver):
    """A resolver that gives every answer, errors too, the request's correlation id, and every line of its log, says
    to browsers which pages may read it, and counts it among the requests of its group of routes."""

    def __init__(self) -> None:
        super().__init__()
        self._retry_after = RetryAfter()

    def resolve(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer the request."""
        # A sender may encode what need not be: the names of documents and indexes have nothing that has to be.
        event = {**event, "path": "/".join(quote(unquote(part), safe="") for part in event["path"].split("/"))}
        correlation = correlation_id(APIGatewayProxyEvent(event))
        logger.append_keys(correlation_id=correlation)
        started = time.monotonic()
        response = super().resolve(event, context)
        request_metrics.count(
            (event["httpMethod"], event.get("resource", "")), response["statusCode"], time.monotonic() - started
        )
        if response["statusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR:
            self._retry_after.answered()
        response["multiValueHeaders"] = {
            **response.get("multiValueHeaders", {}),
            **cors.answer_headers(cors.parse(settings().allowed_origins), headers_of(event)),
            CORRELATION_HEADER: [correlation],
        }
        return response

    def unavailable(self, error: TransientError) -> Response[str]:
        """The answer to a request that met this error."""
        logger.exception("the request could not be completed")
        return problem(
            status_of(type(error)),
            f"{type(error).__name__}: the request was not completed; send it again",
            headers={"Retry-After": str(self._retry_after.failed(error))},
        )


def api() -> APIGatewayRestResolver:
    """A resolver that turns the core's errors into problem details."""
    app = CorrelatedResolver()
    app.exception_handler(ValidationError)(_invalid)
    for error_class, refusal in REFUSALS.items():
        if refusal.field:
            app.exception_handler(error_class)(_named(refusal.status, refusal.field))
    app.exception_handler(ModelUnavailable)(_without_model)
    app.use(middlewares=[auditing.middleware(_asked, _status), _refuse_expired])
    app.exception_handler(Unauthenticated)(_unauthenticated)
    app.exception_handler(Forbidden)(_forbidden)
    app.exception_handler(LimitReached)(_limited)
    app.exception_handler(ConfigurationError)(_misconfigured)
    app.exception_handler(TransientError)(app.unavailable)
    app.exception_handler(PermanentError)(_broken)
    app.exception_handler(Exception)(_unexpected)
    app.not_found(_not_found)
    return app


def to_json(body: BaseModel) -> str:
    """A body as JSON, with every character as it is."""
    return json.dumps(body.model_dump(mode="json"), ensure_ascii=False)


def _named(status: HTTPStatus, field: str) -> Any:
    def handle(error: Exception) -> Response[str]:
        return problem(status, f"{field}: {error}", [FieldProblem(field=field, detail=str(error))])

    return handle


def _invalid(error: ValidationError) -> Response[str]:
    errors = [
        FieldProblem(
            field=".".join(str(part) for part in entry["loc"]) or str(entry.get("ctx", {}).get("field") or "body"),
            detail=entry["msg"],
        )
        for entry in error.errors(include_url=False, include_input=False)
    ]
    return problem(_status(error), "; ".join(f"{entry.field}: {entry.detail}" for entry in errors), errors)


def _status(error: Exception) -> HTTPStatus:
    """The status of the answer to a request that met this error."""
    if not isinstance(error, ValidationError):
        return status_of(type(error))
    only_unsupported = [entry["type"] for entry in error.errors(include_input=False)] == [UNSUPPORTED_CONTENT_TYPE]
    return HTTPStatus.UNSUPPORTED_MEDIA_TYPE if only_unsupported else HTTPStatus.UNPROCESSABLE_ENTITY


def _asked(event: APIGatewayProxyEvent, action: Action) -> Asked:
    """What the request asks for, and who asks, as far as API Gateway knows. Raises `Unauthenticated`."""
    who = NOBODY  # until the function has looked at the token or the signature itself
    if (event.http_method, event["resource"]) not in SIGNED:
        found = caller(event)
        who = AuditedCaller(kind=CallerKind.TOKEN, subject=found.subject, role=found.role)
    identity = event["requestContext"].get("identity") or {}
    return Asked(action, who, correlation_id(event), source_ip=identity.get("sourceIp"))


def _refuse_expired(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
    # API Gateway keeps the authorizer's answer for a while, which may be longer than the token was good.
    expires_at = (app.current_event["requestContext"].get("authorizer") or {}).get("expires_at")
    if expires_at is not None and time.time() > int(expires_at) + settings().oidc_leeway_seconds:
        raise Unauthenticated("the token has expired since it was checked")
    return next_middleware(app)


def _unauthenticated(error: Unauthenticated) -> Response[str]:
    logger.info("refused", extra={"reason": str(error)})
    return problem(
        status_of(type(error)),
        "the request needs one valid token, or where the route takes them one valid signature",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _forbidden(error: Forbidden) -> Response[str]:
    return problem(status_of(type(error)), str(error))


def _limited(error: LimitReached) -> Response[str]:
    return problem(
        status_of(type(error)),
        f"{error.limit}: {error}",
        [FieldProblem(field=error.limit, detail=str(error))],
        headers={"Retry-After": str(error.retry_after)},
    )


def _misconfigured(error: ConfigurationError) -> Response[str]:
    logger.exception("the deployment is not configured right")
    return problem(status_of(type(error)), f"ConfigurationError: {error}")


def _without_model(error: ModelUnavailable) -> Response[str]:
    logger.exception("a model is missing")
    return problem(status_of(type(error)), f"{type(error).__name__}: {error}")


def _broken(error: PermanentError) -> Response[str]:
    logger.exception("the request failed")
    return problem(status_of(type(error)), f"{type(error).__name__}: {error}")


def _unexpected(error: Exception) -> Response[str]:
    logger.exception("the request failed in a way that nobody foresaw")
    return problem(status_of(type(error)), f"{type(error).__name__}: the log has the details; send it again")


def _not_found(error: NotFoundError) -> Response[str]:
    return problem(HTTPStatus.NOT_FOUND, "no such route")
