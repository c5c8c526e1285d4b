"""What the routes about rebuilds are asked with, and what they answer."""

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.rebuild import Problem, RebuildCounts, RebuildReport
from bloomweaver.ports import Run
from bloomweaver.progress.progress import Progress
from bloomweaver.recovery.answers import FollowedRun, followed


class RebuildRequest(BaseModel):
    """The body of POST /rebuild, which may be left out."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    from_index: str | None = None
    """The index whose documents are copied, of the same model and chunking; none makes the deployment's own anew."""


class ShownReport(BaseModel):
    """What a rebuild came to. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    index: str
    """The index that was filled."""
    source: str
    """Of which index the documents were: the same, or the one that they were copied from."""
    done: bool
    updated_at: str
    counts: RebuildCounts
    problems: list[Problem]
    """The first 200; the log has all of them."""
    sound: bool
    """Whether all that was to be in the index is there and served, and every backup that was read was right."""

    @classmethod
    def of(cls, report: RebuildReport) -> "ShownReport":
        """A report as it is kept."""
        return cls(**report.model_dump(exclude={"id"}), sound=report.counts.sound)


class Rebuild(FollowedRun):
    """How far a rebuild is, and what could not be restored."""

    report: ShownReport | None = None
    """Null until all batches are done."""

    @classmethod
    def found(cls, run: Run, report: RebuildReport | None, progress: Progress | None) -> "Rebuild":
        """A rebuild that somebody asked about."""
        return cls(**followed(run, progress), report=ShownReport.of(report) if report else None)
