"""How a record changes: read it, let a rule say what it becomes, store that on the condition that nobody was faster."""

from collections.abc import Callable
from typing import TypeVar

from bloomweaver.audit.entries import AuditEntry
from bloomweaver.errors import RecordContended
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords

ATTEMPTS = 10
"""Each lost race means that another writer of the same document got through, so a few are plenty."""

Result = TypeVar("Result")
Rule = Callable[[DocumentRecord | None], tuple[DocumentRecord | None, Result]]
"""From the record as it is to what it becomes (none: it stays) and the result. Pure, since it may run again."""

EntryOf = Callable[[DocumentRecord, Result], AuditEntry]
"""From the record as it becomes and the result to the entry of the audit log."""


def transition(
    records: DocumentRecords,
    doc_hash: str,
    rule: Rule[Result],
    known: DocumentRecord | None = None,
    entry_of: EntryOf[Result] | None = None,
) -> Result:
    """Apply `rule` to the record of `doc_hash` atomically, and return the rule's result.

    `known` is the record as the caller has just read it, and saves the first reading here. With `entry_of` a change is
    written together with its entry in the audit log, or not at all.

    Raises what the rule raises, and `RecordContended` when other writers won every time.
    """
    for _ in range(ATTEMPTS):
        current = known or records.get(doc_hash)
        known = None
        changed, result = rule(current)
        if changed is None:
            return result
        revision = current.revision if current else 0
        changed = changed.model_copy(update={"revision": revision + 1})
        if records.put(changed, current, entry_of(changed, result) if entry_of else None):
            return result
    raise RecordContended(f"{ATTEMPTS} attempts to change the record of '{doc_hash}' each met another writer")
