"""What the audit log needs from outside: a table that is added to and read, and never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bloomweaver.audit.entries import AuditEntry, Caller, Ending
from bloomweaver.cursors import TimePlace


class AuditLog(Protocol):
    """Where entries are added. Raises `StorageUnavailable` where it cannot be reached."""

    def add(self, entry: AuditEntry) -> bool:
        """Add an entry, if there is none of its id. Returns whether there was none."""

    def end(self, entry: AuditEntry, ending: Ending) -> bool:
        """Add how the operation of an entry ended, if that is not there yet. Returns whether it was not."""


@dataclass(frozen=True)
class AuditList:
    """A list of entries: of a caller, of a document, or of all with neither."""

    caller: Caller | None = None
    """By kind, and of a token by its subject."""
    doc_hash: str | None = None


@dataclass(frozen=True)
class EntryPage:
    """Some entries of a list as they were added, and the place of the last one if there may be more."""

    entries: Sequence[AuditEntry]
    after: TimePlace | None


class AuditTable(Protocol):
    """Where entries are read. Raises `StorageUnavailable` where it cannot be reached."""

    def page(
        self, of: AuditList, *, since: str | None, until: str | None, limit: int, after: TimePlace | None
    ) -> EntryPage:
        """The entries of a list from that time, both ends included, the newest first: at most `limit` after a place.
        One query, which reads no more than it answers. The list may lag behind what was added."""

    def endings(self, ids: Iterable[str]) -> dict[str, Ending]:
        """How operations ended, by the ids of their entries, of those that did (a consistent read)."""
