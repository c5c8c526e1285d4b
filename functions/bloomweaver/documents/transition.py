"""How a record changes: read it, let a rule say what it becomes, store that on the condition that nobody was faster."""

from collections.abc import Callable
from typing import TypeVar

from bloomweaver.errors import RecordContended
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords

ATTEMPTS = 10
"""Each lost race means that another writer of the same document got through, so a few are plenty."""

Result = TypeVar("Result")
Rule = Callable[[DocumentRecord | None], tuple[DocumentRecord | None, Result]]
"""From the record as it is to what it becomes (none: it stays) and the result. Pure, since it may run again."""


def transition(
    records: DocumentRecords, doc_hash: str, rule: Rule[Result], known: DocumentRecord | None = None
) -> Result:
    """Apply `rule` to the record of `doc_hash` atomically, and return the rule's result.

    `known` is the record as the caller has just read it, and saves the first reading here.

    Raises what the rule raises, and `RecordContended` when other writers won every time.
    """
    for _ in range(ATTEMPTS):
        current = known or records.get(doc_hash)
        known = None
        changed, result = rule(current)
        if changed is None:
            return result
        revision = current.revision if current else 0
        if records.put(changed.model_copy(update={"revision": revision + 1}), current):
            return result
    raise RecordContended(f"{ATTEMPTS} attempts to change the record of '{doc_hash}' each met another writer")
