"""Requests that a function lets in by itself, since they may come with a signature of their body."""

import json
from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from bloomweaver.audit.entries import Caller, CallerKind
from bloomweaver.auth.entrance import Admitted, Entrance
from bloomweaver.auth.roles import Permission
from bloomweaver.auth.signatures import Delivery
from bloomweaver.auth.tokens import Principal
from wiring import auditing, http
from wiring.observability import logger


def admit(entrance: Entrance, app: APIGatewayRestResolver, permission: Permission) -> tuple[bytes, Admitted]:
    """The body of a request that may be done, as it was sent. Raises what `Entrance.identify` and `admit` do."""
    event = app.current_event
    raw = http.body_bytes(event)
    sender = entrance.identify(http.headers_of(event.raw_event), raw)
    auditing.of(app).by(_caller(sender))
    # By the resource, not the path: that has more to it where the API has a domain of its own.
    admitted = entrance.admit(event.resource, permission, sender)
    logger.append_keys(principal=admitted.caller)
    return raw, admitted


def once(
    entrance: Entrance, app: APIGatewayRestResolver, permission: Permission, respond: Callable[[bytes], Response[str]]
) -> Response[str]:
    """The answer to a request that may be done. A signed one that was done with success is not done once more."""
    raw, admitted = admit(entrance, app, permission)
    if admitted.answer is not None:
        kept = json.loads(admitted.answer)
        logger.info("answered as before")
        return http.as_json(HTTPStatus(kept["status"]), json.dumps(kept["body"], ensure_ascii=False))
    response = respond(raw)
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        kept = {"status": response.status_code, "body": json.loads(response.body or "null")}
        entrance.succeeded(admitted, json.dumps(kept))
    return response


def _caller(sender: Principal | Delivery) -> Caller:
    if isinstance(sender, Delivery):
        return Caller(kind=CallerKind.SIGNATURE, subject=sender.id)
    return Caller(kind=CallerKind.TOKEN, subject=sender.subject, role=sender.role)
