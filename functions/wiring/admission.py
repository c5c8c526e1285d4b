"""Requests that a function lets in by itself, since they may come with a signature of their body."""

import json
from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from bloomweaver.auth.entrance import Admitted, Entrance
from bloomweaver.auth.roles import Permission
from wiring import http
from wiring.observability import logger


def admit(entrance: Entrance, event: APIGatewayProxyEvent, permission: Permission) -> tuple[bytes, Admitted]:
    """The body of a request that may be done, as it was sent. Raises what `Entrance.admit` does."""
    # By the resource, not the path: that has more to it where the API has a domain of its own.
    raw = http.body_bytes(event)
    admitted = entrance.admit(event.resource, permission, http.headers_of(event.raw_event), raw)
    logger.append_keys(principal=admitted.caller)
    return raw, admitted


def once(
    entrance: Entrance, event: APIGatewayProxyEvent, permission: Permission, respond: Callable[[bytes], Response[str]]
) -> Response[str]:
    """The answer to a request that may be done. A signed one that was done with success is not done once more."""
    raw, admitted = admit(entrance, event, permission)
    if admitted.answer is not None:
        kept = json.loads(admitted.answer)
        logger.info("answered as before")
        return http.as_json(HTTPStatus(kept["status"]), json.dumps(kept["body"], ensure_ascii=False))
    response = respond(raw)
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        kept = {"status": response.status_code, "body": json.loads(response.body or "null")}
        entrance.succeeded(admitted, json.dumps(kept))
    return response
