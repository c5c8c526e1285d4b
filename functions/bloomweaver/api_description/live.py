"""The routes about live messages. What goes over a connection is no request, and described in docs/live.md."""

from http import HTTPStatus

from bloomweaver.api_description.description import RouteDescription, Success, Tag
from bloomweaver.errors import InvalidCursor
from bloomweaver.live.answers import ChangeList, LiveTicket
from bloomweaver.live.requests import ChangesRequest

DESCRIPTIONS = (
    RouteDescription(
        ("POST", "/live/ticket"),
        "getLiveTicket",
        Tag.LIVE,
        "Get a ticket for a connection",
        {HTTPStatus.OK: Success("A ticket, and where it is good.", LiveTicket)},
        says="""
            With it a WebSocket is opened or renewed, once and within a minute. The connection lasts as long as the
            token of this request, and two hours at most.
            """,
    ),
    RouteDescription(
        ("GET", "/changes"),
        "listChanges",
        Tag.LIVE,
        "See what changed",
        {HTTPStatus.OK: Success("Some of what changed after the cursor, oldest first.", ChangeList)},
        says="""
            For those who cannot hold a connection, or have missed something. What changed shortly before the cursor is
            told again: leave out what has no greater `revision` than what is known.
            """,
        query=ChangesRequest,
        raises=(InvalidCursor,),
    ),
)
