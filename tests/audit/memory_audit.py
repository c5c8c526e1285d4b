"""The audit log in memory, and people who ask for changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bloomweaver.adapters.dynamodb_audit import partition_of
from bloomweaver.audit.entries import Asked, AuditEntry, Caller, CallerKind, Ending
from bloomweaver.audit.ports import AuditList, EntryPage
from bloomweaver.audit.routes import Action
from bloomweaver.cursors import TimePlace
from bloomweaver.errors import StorageUnavailable


def asked(correlation_id: str = "c", action: Action = Action.SUBMIT, subject: str = "ann") -> Asked:
    """What somebody asks for with a token."""
    caller = Caller(kind=CallerKind.TOKEN, subject=subject, role="editor")
    return Asked(action, caller, correlation_id, source_ip="192.0.2.7")


@dataclass
class MemoryAudit:
    """Implements `AuditLog` and `AuditTable`. `failing` takes nothing and gives nothing."""

    entries: dict[str, AuditEntry] = field(default_factory=dict)
    ended: dict[str, Ending] = field(default_factory=dict)
    failing: bool = False

    def add(self, entry: AuditEntry) -> bool:
        """See `AuditLog`."""
        self._may_fail()
        return self.entries.setdefault(entry.id, entry) is entry

    def end(self, entry: AuditEntry, ending: Ending) -> bool:
        """See `AuditLog`."""
        self._may_fail()
        return self.ended.setdefault(entry.id, ending) is ending

    def page(
        self, of: AuditList, *, since: str | None, until: str | None, limit: int, after: TimePlace | None
    ) -> EntryPage:
        """See `AuditTable`."""
        self._may_fail()
        found = [
            entry
            for entry in self.entries.values()
            if _is_in(entry, of)
            and (since or "") <= entry.at <= (until or entry.at)
            and (after is None or (entry.at, entry.id) < after)
        ]
        found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
        place = TimePlace(found[limit - 1].at, found[limit - 1].id) if len(found) > limit else None
        return EntryPage(found[:limit], place)

    def endings(self, ids: Iterable[str]) -> dict[str, Ending]:
        """See `AuditTable`."""
        self._may_fail()
        return {id_: self.ended[id_] for id_ in ids if id_ in self.ended}

    def _may_fail(self) -> None:
        if self.failing:
            raise StorageUnavailable("the audit log cannot be reached")


def _is_in(entry: AuditEntry, of: AuditList) -> bool:
    """Whether the entry is in the list, as the table's indexes have it."""
    own = AuditList(caller=entry.caller), AuditList(doc_hash=entry.doc_hash), AuditList()
    return partition_of(of) in {partition_of(each) for each in own}
