"""Every route of the API that is not open to all, and what it asks of its caller."""

from collections.abc import Mapping

from bloomweaver.auth.roles import Permission

Route = tuple[str, str]
"""Method and path, with parameters as `{name}`."""

PREFLIGHT: Route = ("OPTIONS", "/{proxy+}")
"""Every path: before it calls one, a browser asks whether a page may."""

OPEN: frozenset[Route] = frozenset({("GET", "/health"), ("GET", "/openapi.json"), PREFLIGHT})
"""Routes that anybody may call."""

SIGNED: frozenset[Route] = frozenset({("POST", "/webhook"), ("POST", "/uploads")})
"""Routes that take a signature in the place of a token. Their functions check both, since a signature is over the body,
which API Gateway shows to no authorizer."""

ROUTES: Mapping[Route, Permission] = {
    ("POST", "/webhook"): Permission.WRITE,
    ("POST", "/uploads"): Permission.WRITE,
    ("POST", "/search"): Permission.READ,
    ("GET", "/documents"): Permission.READ,
    ("GET", "/counts"): Permission.READ,
    ("POST", "/documents/compare"): Permission.WRITE,
    ("GET", "/folders"): Permission.READ,
    ("POST", "/folders/move"): Permission.OPERATE,
    ("POST", "/folders/delete"): Permission.OPERATE,
    ("GET", "/folders/changes/{id}"): Permission.READ,
    ("POST", "/live/ticket"): Permission.READ,
    ("GET", "/changes"): Permission.READ,
    ("GET", "/documents/{doc_hash}"): Permission.READ,
    ("PATCH", "/documents/{doc_hash}"): Permission.WRITE,
    ("GET", "/documents/{doc_hash}/content"): Permission.READ,
    ("GET", "/documents/{doc_hash}/passages"): Permission.READ,
    ("GET", "/documents/{doc_hash}/removal"): Permission.READ,
    ("POST", "/documents/{doc_hash}/retry"): Permission.WRITE,
    ("GET", "/documents/{doc_hash}/runs"): Permission.READ,
    ("GET", "/runs"): Permission.READ,
    ("GET", "/runs/{id}"): Permission.READ,
    ("GET", "/runs/{id}/graph"): Permission.READ,
    ("POST", "/chats"): Permission.READ,
    ("GET", "/chats"): Permission.READ,
    ("GET", "/chats/{id}"): Permission.READ,
    ("PATCH", "/chats/{id}"): Permission.READ,
    ("DELETE", "/chats/{id}"): Permission.READ,
    ("POST", "/chats/{id}/messages"): Permission.READ,
    ("GET", "/chats/{id}/messages"): Permission.READ,
    ("GET", "/chats/{id}/messages/{message_id}"): Permission.READ,
    ("GET", "/chats/{id}/messages/{message_id}/prompt"): Permission.READ,
    ("POST", "/chats/{id}/messages/{message_id}/stop"): Permission.READ,
    ("POST", "/chats/{id}/messages/{message_id}/again"): Permission.READ,
    ("POST", "/chats/{id}/messages/{message_id}/feedback"): Permission.READ,
    ("GET", "/metrics/summary"): Permission.READ,
    ("GET", "/audit"): Permission.OPERATE,
    ("GET", "/dead-letters"): Permission.READ,
    ("POST", "/dead-letters/{branch}/redrive"): Permission.OPERATE,
    ("GET", "/redrives/{name}"): Permission.READ,
    ("POST", "/sweep"): Permission.OPERATE,
    ("POST", "/reconcile"): Permission.OPERATE,
    ("GET", "/reconcile/{id}"): Permission.READ,
    ("POST", "/rebuild"): Permission.OPERATE,
    ("GET", "/rebuild/{id}"): Permission.READ,
    ("POST", "/reindex"): Permission.OPERATE,
    ("GET", "/reindex/{id}"): Permission.READ,
    ("GET", "/indexes"): Permission.READ,
    ("DELETE", "/indexes/{name}"): Permission.OPERATE,
}
