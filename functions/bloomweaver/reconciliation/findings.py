"""How findings are made, and what a page came to."""

from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver.models.reconciliation import Counts, Finding, Kind, Repair, Tally

EXAMPLES = 5
REASON_LENGTH = 300

ONE_EACH = frozenset({Kind.WRONG_COUNTS, Kind.UNLISTED_DOCUMENTS, Kind.WRONG_FOLDER_COUNTS})
"""Kinds that are counted as one, whatever the examples are."""
DONE = frozenset({Repair.REMOVED, Repair.RESTORED, Repair.RUN_AGAIN})


@dataclass(frozen=True)
class Examined:
    """What a page came to: the findings, and how many documents were left alone since they are changing."""

    findings: list[Finding]
    in_motion: int
    folders: frozenset[str] = frozenset()
    """Those whose number was changed by a repair."""


@dataclass(frozen=True)
class Mended:
    """What was done about a finding, with a word on it for people."""

    repair: Repair
    remark: str = ""

    def applied_to(self, found: Finding) -> Finding:
        """The finding with what was done about it."""
        reason = "; ".join(filter(None, (found.reason, self.remark)))
        return found.model_copy(update={"repair": self.repair, "reason": reason[:REASON_LENGTH]})


def finding(kind: Kind, doc_hash: str | None, version: int | None, ids: Sequence[str], reason: str) -> Finding:
    """What is wrong with `ids`, which are of one version. It counts them, and names the first ones."""
    return Finding(
        kind=kind,
        doc_hash=doc_hash,
        version=version,
        count=1 if kind in ONE_EACH else len(ids),
        examples=list(ids[:EXAMPLES]),
        reason=reason[:REASON_LENGTH],
    )


def added(counts: Counts, findings: Sequence[Finding]) -> dict[Kind, Tally]:
    """The tallies of `counts` with the findings in them."""
    kinds = {kind: counts.kinds.get(kind, Tally()) for kind in Kind}
    for found in findings:
        tally = kinds[found.kind]
        repaired = found.count if found.repair in DONE else 0
        kinds[found.kind] = Tally(found=tally.found + found.count, repaired=tally.repaired + repaired)
    return kinds
