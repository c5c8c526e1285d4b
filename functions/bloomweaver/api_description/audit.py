"""The route about the audit log."""

from http import HTTPStatus

from bloomweaver.api_description.description import RouteDescription, Success, Tag
from bloomweaver.audit.answers import AuditPage
from bloomweaver.audit.requests import AuditRequest
from bloomweaver.errors import InvalidCursor

DESCRIPTIONS = (
    RouteDescription(
        ("GET", "/audit"),
        "listAuditEntries",
        Tag.AUDIT,
        "List who asked for which change",
        {HTTPStatus.OK: Success("Some entries, the newest first.", AuditPage)},
        says="""
            An entry for each change of a document's record, each operation, and each request for one that a function
            refused. `action` is the name of the route in this document. An entry is listed a moment later.
            """,
        query=AuditRequest,
        raises=(InvalidCursor,),
    ),
)
