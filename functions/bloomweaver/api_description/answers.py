"""The answers of a route: its successes by their models, its errors by the table of what each is to a caller."""

import inspect
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from bloomweaver.api_description.description import Described, JsonSchema, RouteDescription, Success
from bloomweaver.api_description.schemas import prose, reference
from bloomweaver.auth.routes import OPEN
from bloomweaver.errors import LimitReached, ModelUnavailable
from bloomweaver.problems import Problem, status_of
from bloomweaver.request_body import BodyTooLarge, MalformedBody

JSON = "application/json"
PROBLEM = "application/problem+json"
CORRELATION_HEADER = "X-Correlation-Id"
GATEWAY_MESSAGE: JsonSchema = {
    "description": "What API Gateway says where a function gave no answer.",
    "type": "object",
    "properties": {"message": {"type": ["string", "null"]}},
    "required": ["message"],
}
"""The schema of that name."""

_MESSAGE = {JSON: {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}}
_RETRY_AFTER = Described({"type": "integer", "minimum": 1}, "After how many seconds to send the request again.")
_TOO_MANY = "The API takes no more for a moment."
_UNAVAILABLE = "A service could not be reached or throttled. Send it again after the seconds of `Retry-After`."

Answer = dict[str, Any]


def answers(each: RouteDescription) -> dict[str, Answer]:
    """Every answer of a route, by its status."""
    successes = {status: _success(success) for status, success in each.successes.items()}
    everything = {**_shared(each), **_errors(each), **successes}
    return {str(int(status)): answer for status, answer in sorted(everything.items())}


def shared_answers() -> dict[str, Answer]:
    """What many routes answer alike."""
    return {
        "Unauthorized": _problem(
            ["No token or signature, or none that is good."],
            {"WWW-Authenticate": header(Described({"type": "string"}, "`Bearer`."))},
        ),
        "Forbidden": _problem(["The role may not do this."]),
        "TooManyRequests": _problem([_TOO_MANY], _to_retry()),
        "ServerError": _or_message(_problem(["An error that nobody foresaw. Send it again; the log has the details."])),
        "BadGateway": _message("The function died, or answered too much."),
        "Unavailable": _problem([_UNAVAILABLE], _to_retry()),
        "GatewayTimeout": _message("It took longer than 29 seconds, and may go on."),
    }


def shared_headers() -> dict[str, Any]:
    """The headers of many answers."""
    correlation = Described({"type": "string"}, "The request's id: the one that it came with, or one of its own.")
    return {"CorrelationId": header(correlation), "RetryAfter": header(_RETRY_AFTER)}


def header(described: Described, *, always: bool = True) -> dict[str, Any]:
    """A header of an answer."""
    return {"required": always, "description": described.says, "schema": dict(described.schema)}


def _success(success: Success) -> Answer:
    content = {JSON: reference(success.model)} if success.model else success.content
    return {
        "description": success.says,
        "headers": _with_correlation({name: header(described) for name, described in success.headers.items()}),
        "content": {name: {"schema": schema} for name, schema in content.items()},
    }


def _shared(each: RouteDescription) -> dict[HTTPStatus, Answer]:
    names = {
        HTTPStatus.TOO_MANY_REQUESTS: "TooManyRequests",
        HTTPStatus.INTERNAL_SERVER_ERROR: "ServerError",
        HTTPStatus.BAD_GATEWAY: "BadGateway",
        HTTPStatus.GATEWAY_TIMEOUT: "GatewayTimeout",
    }
    if each.route not in OPEN:
        names |= {HTTPStatus.UNAUTHORIZED: "Unauthorized", HTTPStatus.FORBIDDEN: "Forbidden"}
    if not each.alone:
        names[HTTPStatus.SERVICE_UNAVAILABLE] = "Unavailable"
    return {status: {"$ref": f"#/components/responses/{name}"} for status, name in names.items()}


def _errors(each: RouteDescription) -> dict[HTTPStatus, Answer]:
    reasons: dict[HTTPStatus, list[str]] = {}
    if each.body or each.query:
        reasons[HTTPStatus.UNPROCESSABLE_ENTITY] = ["A field is missing, unknown or not valid."]
    for error in (*((MalformedBody, BodyTooLarge) if each.body else ()), *each.raises):
        reasons.setdefault(status_of(error), []).append(_reason(error))
    for status, reason in each.refuses.items():
        reasons.setdefault(status, []).append(reason)
    told = {status: _problem(said) for status, said in reasons.items()}
    if (bad_gateway := HTTPStatus.BAD_GATEWAY) in told:
        told[bad_gateway] = _or_message(told[bad_gateway])
    if LimitReached in each.raises:
        told[HTTPStatus.TOO_MANY_REQUESTS] = _problem([_TOO_MANY, _reason(LimitReached)], _to_retry())
    if ModelUnavailable in each.raises:
        # Waiting brings no model, so this one says no time to wait for.
        sometimes = {"Retry-After": header(_RETRY_AFTER, always=False)}
        told[HTTPStatus.SERVICE_UNAVAILABLE] = _problem([_UNAVAILABLE, _reason(ModelUnavailable)], sometimes)
    return told


def _reason(error: type[Exception]) -> str:
    """The first paragraph of an error's docstring."""
    return prose(inspect.getdoc(error) or "").partition("\n\n")[0]


def _problem(reasons: Iterable[str], headers: Mapping[str, Any] | None = None) -> Answer:
    said = list(dict.fromkeys(reasons))
    return {
        "description": said[0] if len(said) == 1 else "\n".join(f"- {reason}" for reason in said),
        "headers": _with_correlation(headers),
        "content": {PROBLEM: {"schema": reference(Problem)}},
    }


def _message(says: str) -> Answer:
    """An answer that API Gateway gives in its own form."""
    return {"description": f"{says} API Gateway's own answer.", "headers": _with_correlation(), "content": _MESSAGE}


def _or_message(answer: Answer) -> Answer:
    """An answer that API Gateway may give too, in its own form."""
    return {**answer, "content": {**answer["content"], **_MESSAGE}}


def _to_retry() -> dict[str, Any]:
    return {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}


def _with_correlation(headers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {**(headers or {}), CORRELATION_HEADER: {"$ref": "#/components/headers/CorrelationId"}}
