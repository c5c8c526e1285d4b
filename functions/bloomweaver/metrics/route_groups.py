"""Groups of routes, whose requests are counted and timed together.

A metric costs by the month and by each value of its dimensions: a few groups, and not each route.
"""

from collections.abc import Mapping
from enum import StrEnum

from bloomweaver.auth.routes import Route


class RouteGroup(StrEnum):
    """What the routes of a group have in common is how long they may take, and who notices if they do not work."""

    SEARCH = "search"
    WRITE = "write"
    """What sends operations on documents, and changes chats."""
    READ = "read"
    """What shows documents, folders and chats."""
    LIVE = "live"
    """What live messages begin with, and what stands in for them."""
    OPERATE = "operate"
    """What an operator looks at, and starts."""


ROUTE_GROUPS: Mapping[Route, RouteGroup] = {
    ("POST", "/search"): RouteGroup.SEARCH,
    ("POST", "/webhook"): RouteGroup.WRITE,
    ("POST", "/uploads"): RouteGroup.WRITE,
    ("PATCH", "/documents/{doc_hash}"): RouteGroup.WRITE,
    ("POST", "/documents/{doc_hash}/retry"): RouteGroup.WRITE,
    ("POST", "/documents/compare"): RouteGroup.WRITE,
    ("GET", "/documents"): RouteGroup.READ,
    ("GET", "/documents/{doc_hash}"): RouteGroup.READ,
    ("GET", "/documents/{doc_hash}/content"): RouteGroup.READ,
    ("GET", "/documents/{doc_hash}/passages"): RouteGroup.READ,
    ("GET", "/documents/{doc_hash}/removal"): RouteGroup.READ,
    ("GET", "/folders"): RouteGroup.READ,
    ("GET", "/counts"): RouteGroup.READ,
    ("POST", "/chats"): RouteGroup.WRITE,
    ("PATCH", "/chats/{id}"): RouteGroup.WRITE,
    ("DELETE", "/chats/{id}"): RouteGroup.WRITE,
    ("POST", "/chats/{id}/messages"): RouteGroup.WRITE,
    ("POST", "/chats/{id}/messages/{message_id}/stop"): RouteGroup.WRITE,
    ("POST", "/chats/{id}/messages/{message_id}/again"): RouteGroup.WRITE,
    ("POST", "/chats/{id}/messages/{message_id}/feedback"): RouteGroup.WRITE,
    ("GET", "/chats"): RouteGroup.READ,
    ("GET", "/chats/{id}"): RouteGroup.READ,
    ("GET", "/chats/{id}/messages"): RouteGroup.READ,
    ("GET", "/chats/{id}/messages/{message_id}"): RouteGroup.READ,
    ("GET", "/chats/{id}/messages/{message_id}/prompt"): RouteGroup.READ,
    ("POST", "/live/ticket"): RouteGroup.LIVE,
    ("GET", "/changes"): RouteGroup.LIVE,
    ("POST", "/folders/move"): RouteGroup.OPERATE,
    ("POST", "/folders/delete"): RouteGroup.OPERATE,
    ("GET", "/folders/changes/{id}"): RouteGroup.OPERATE,
    ("GET", "/documents/{doc_hash}/runs"): RouteGroup.OPERATE,
    ("GET", "/runs"): RouteGroup.OPERATE,
    ("GET", "/runs/{id}"): RouteGroup.OPERATE,
    ("GET", "/runs/{id}/graph"): RouteGroup.OPERATE,
    ("GET", "/metrics/summary"): RouteGroup.OPERATE,
    ("GET", "/audit"): RouteGroup.OPERATE,
    ("GET", "/dead-letters"): RouteGroup.OPERATE,
    ("POST", "/dead-letters/{branch}/redrive"): RouteGroup.OPERATE,
    ("GET", "/redrives/{name}"): RouteGroup.OPERATE,
    ("POST", "/sweep"): RouteGroup.OPERATE,
    ("POST", "/reconcile"): RouteGroup.OPERATE,
    ("GET", "/reconcile/{id}"): RouteGroup.OPERATE,
    ("POST", "/rebuild"): RouteGroup.OPERATE,
    ("GET", "/rebuild/{id}"): RouteGroup.OPERATE,
    ("POST", "/reindex"): RouteGroup.OPERATE,
    ("GET", "/reindex/{id}"): RouteGroup.OPERATE,
    ("GET", "/indexes"): RouteGroup.OPERATE,
    ("DELETE", "/indexes/{name}"): RouteGroup.OPERATE,
}
"""Every route that takes a token. What is open to all is in no group: a monitor that asks each second whether the API
is there would drown the others."""
