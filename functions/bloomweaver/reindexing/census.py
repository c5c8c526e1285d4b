"""How many documents are served from each index, a part of the records at a time."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bloomweaver.ports import DocumentRecords

RECORDS_PAGE = 500


@dataclass(frozen=True)
class Census:
    """How many of some records are served from each index, by its name, and the cursor of the records after them."""

    documents: dict[str, int]
    cursor: str | None


def count(
    records: DocumentRecords, cursor: str | None, seconds: float, monotonic: Callable[[], float] = time.monotonic
) -> Census:
    """Count for about `seconds`, from `cursor` on (none: from the start)."""
    deadline = monotonic() + seconds
    documents: Counter[str] = Counter()
    while True:
        page = records.scan(RECORDS_PAGE, cursor)
        documents.update(record.index for record in page.records if record.served_version and record.index)
        cursor = page.cursor
        if cursor is None or monotonic() >= deadline:
            return Census(dict(documents), cursor)
