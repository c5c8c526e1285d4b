"""A bound on entries that anybody can cause: refusals of those who prove nothing, and of replays.

A minute has a few places for them, by action. An entry's id is its place, and the table takes an id once: the first to
come to a place is kept, and all that come after it are not. Which place it is goes by the address, so that one flood
does not hide who else came.
"""

import hashlib

from bloomweaver.audit.entries import AuditEntry

PLACES = 16
"""Of an action, in a minute: 23,040 entries a day at most, some 14 MB."""
_MINUTE = len("2026-11-30T12:00")


def of_this_minute(entry: AuditEntry) -> AuditEntry:
    """The entry, for its place in its minute."""
    address = hashlib.sha256((entry.source_ip or "").encode()).digest()
    return entry.model_copy(update={"id": f"{entry.action}-{entry.at[:_MINUTE]}-{address[0] % PLACES:02d}"})
