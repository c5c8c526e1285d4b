"""Cursors of the audit log's lists."""

from bloomweaver import cursors
from bloomweaver.audit.ports import AuditList
from bloomweaver.cursors import TimePlace


def audit_cursor(of: AuditList, since: str | None, until: str | None, place: TimePlace | None) -> str | None:
    """The cursor of the page after a place; none after the last one."""
    return cursors.time_cursor(_name_of(of), since, until, place)


def place_of(of: AuditList, since: str | None, until: str | None, cursor: str | None) -> TimePlace | None:
    """The place that a cursor of this list names. Raises `InvalidCursor`."""
    return cursors.place_of(_name_of(of), since, until, cursor)


def _name_of(of: AuditList) -> str:
    caller = (of.caller.kind, of.caller.subject) if of.caller is not None else (None, None)
    return "\0".join(str(part) for part in ("audit", *caller, of.doc_hash))
