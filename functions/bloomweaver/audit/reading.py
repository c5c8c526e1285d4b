"""Pages of the audit log: one query, and one look at how its operations ended."""

from bloomweaver.audit.answers import AuditPage
from bloomweaver.audit.cursors import audit_cursor, place_of
from bloomweaver.audit.entries import AuditEntry, Outcome
from bloomweaver.audit.ports import AuditTable
from bloomweaver.audit.requests import AuditRequest
from bloomweaver.models.request_fields import moment_text


def read_log(table: AuditTable, request: AuditRequest) -> AuditPage:
    """A page of the entries that are asked for. Raises `InvalidCursor` and `StorageUnavailable`."""
    since, until = moment_text(request.since), moment_text(request.until)
    after = place_of(request.of, since, until, request.cursor)
    found = table.page(request.of, since=since, until=until, limit=request.limit, after=after)
    endings = table.endings(entry.id for entry in found.entries if entry.outcome is Outcome.UNKNOWN)
    entries: list[AuditEntry] = [
        entry.ended(endings[entry.id]) if entry.id in endings else entry for entry in found.entries
    ]
    return AuditPage(entries=entries, next_cursor=audit_cursor(request.of, since, until, found.after))
