"""Whose turn it is in a reconciliation that looks at a share alone."""

import hashlib
from collections.abc import Sequence

from bloomweaver.models.record import DocumentRecord


class Turns:
    """One name in `share`, the same ones for the same id, and by chance other ones for another."""

    def __init__(self, id_: str, share: int) -> None:
        self._share = share
        self._turn = _number(id_) % share

    def has(self, name: str) -> bool:
        """Whether it is the turn of the document, or the folder, of this name."""
        return self._share == 1 or _number(name) % self._share == self._turn

    def of(self, records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
        """Those of the records."""
        return [record for record in records if self.has(record.doc_hash)]


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
