"""What is done about leftovers: a page's removals in one call, each after its document's record allows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bloomweaver.models.reconciliation import Repair
from bloomweaver.models.record import DocumentRecord
from bloomweaver.reconciliation.findings import Mended
from bloomweaver.reconciliation.repairs import Repairs
from bloomweaver.reconciliation.rules import Verdict

_AHEAD = Mended(Repair.IMPOSSIBLE, "a version of this number may yet be served, so it is left there")
EMPTY = Mended(Repair.IMPOSSIBLE, "the table holds no document at all: is it the right one?")
REMOVED = Mended(Repair.REMOVED, "removed")


@dataclass
class Group:
    """Ids of one version that are the same thing."""

    verdict: Verdict
    doc_hash: str
    version: int
    ids: list[str] = field(default_factory=list)
    chunk_count: int = 0
    """One more than the highest number of a chunk."""


class Removals:
    """The removals of one page. `carry_out` does them; what `add` and `add_foreign` say is so after it."""

    def __init__(self, repairs: Repairs, remove: Callable[[Sequence[str]], None], *, table_is_empty: bool) -> None:
        self._repairs = repairs
        self._remove = remove
        self._table_is_empty = table_is_empty
        self._ids: list[str] = []
        self._buried: dict[str, bool] = {}

    def add(self, group: Group, record: DocumentRecord | None) -> Mended | None:
        """Take the group's ids in hand, by the record as it was just read. None if the document is changing.

        The groups of a document come with the newest version first.
        """
        if group.verdict is Verdict.AHEAD:
            return _AHEAD
        if group.verdict is Verdict.SURPLUS and record is not None:
            return self._repairs.run_again(record, group.chunk_count)
        if group.verdict is Verdict.UNKNOWN_DOCUMENT:
            if self._table_is_empty:
                return EMPTY
            # A tombstone covers all versions up to its own.
            if group.doc_hash not in self._buried:
                self._buried[group.doc_hash] = self._repairs.bury(group.doc_hash, group.version, record)
            if not self._buried[group.doc_hash]:
                return None
        self._ids += group.ids
        return REMOVED

    def add_foreign(self, ids: Sequence[str]) -> Mended:
        """Take ids in hand that are of no document."""
        self._ids += ids
        return REMOVED

    def carry_out(self) -> None:
        """Remove everything that was taken in hand. Raises the store's errors."""
        if self._ids:
            self._remove(self._ids)
