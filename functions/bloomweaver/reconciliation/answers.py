"""What the routes about reconciliations are asked with, and what they answer."""

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.reconciliation import Counts, Finding, Report
from bloomweaver.progress.progress import Progress
from bloomweaver.reconciliation.reports import Reported
from bloomweaver.recovery.answers import FollowedRun, followed


class ReconcileRequest(BaseModel):
    """The body of POST /reconcile; all of it may be left out."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    repair: bool = False
    """Whether to repair what can be repaired."""
    contents: bool = True
    """Whether backups are read, and not only looked for."""


class FindingsRequest(BaseModel):
    """The query parameters of GET /reconcile/{id}."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: str | None = None
    """The `next_cursor` of the part before."""


class ShownReport(BaseModel):
    """What a reconciliation came to. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    repair: bool
    contents: bool
    """Whether backups were read, and not only looked for."""
    done: bool
    updated_at: str
    counts: Counts
    found: int
    """Everything that was wrong."""
    unrepaired: int
    """What is still wrong. What was accepted again counts as repaired."""

    @classmethod
    def of(cls, report: Report) -> "ShownReport":
        """A report as it is kept."""
        counts = report.counts
        kept = report.model_dump(exclude={"id", "parts"})
        return cls(**kept, found=counts.found, unrepaired=counts.unrepaired)


class Reconciliation(FollowedRun):
    """How far a reconciliation is, and a part of what it found."""

    report: ShownReport | None = None
    """Null before the first step has ended."""
    findings: list[Finding]
    """Those of one part, about 1,000."""
    next_cursor: str | None = None
    """For the query parameter `cursor` of the next part; null on the last one."""

    @classmethod
    def found(cls, reported: Reported, progress: Progress | None) -> "Reconciliation":
        """A reconciliation that somebody asked about."""
        return cls(
            **followed(reported.run, progress),
            report=ShownReport.of(reported.report) if reported.report else None,
            findings=reported.findings,
            next_cursor=reported.next_cursor,
        )
