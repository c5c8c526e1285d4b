"""What a run finds wrong: each violation with its evidence, collected from all threads."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from faults.journal import Journal


@dataclass(frozen=True)
class Violation:
    """Something that must never be."""

    promise: str
    doc_hash: str
    evidence: str
    at: str


class Findings:
    """The violations of a run, noted in its journal too. Safe between threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._violations: list[Violation] = []

    def report(self, promise: str, doc_hash: str, evidence: str) -> None:
        """Note that `promise` was broken for the document."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._journal.note("violation", promise=promise, doc_hash=doc_hash, evidence=evidence)
        with self._lock:
            self._violations.append(Violation(promise, doc_hash, evidence, at))

    def all(self) -> list[Violation]:
        """Those that were found so far, in order of time."""
        with self._lock:
            return list(self._violations)
