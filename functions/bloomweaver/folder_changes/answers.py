"""What the routes that change a whole folder answer."""

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.folder_change import (
    FolderChange,
    FolderChangeCounts,
    FolderChangeReport,
    FolderOperation,
)
from bloomweaver.ports import Run
from bloomweaver.progress.progress import Progress
from bloomweaver.recovery.answers import FollowedRun, RunStarted, followed, started


class FolderChangeStarted(RunStarted):
    """That a folder is being changed."""

    operation: FolderOperation
    folder: str
    to: str | None
    """What the folder is called afterwards, if it moves."""

    @classmethod
    def of_change(cls, run: Run, change: FolderChange) -> "FolderChangeStarted":
        """A change that was started now."""
        return cls(**started(run), **change.model_dump(exclude={"asked_at"}))


class ShownReport(BaseModel):
    """What a folder's change came to. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    operation: FolderOperation
    folder: str
    to: str | None
    asked_at: str
    done: bool
    updated_at: str
    counts: FolderChangeCounts
    under_way: int
    """Documents that are on their way."""
    unchanged: int
    """Documents that are not as they should be: those that stay, and those whose new version failed."""

    @classmethod
    def of(cls, report: FolderChangeReport) -> "ShownReport":
        """A report as it is kept."""
        shown = report.model_dump(exclude={"id", "change"})
        return cls(**report.change.model_dump(), **shown, unchanged=report.counts.unchanged)


class FollowedFolderChange(FollowedRun):
    """How far a folder's change is."""

    report: ShownReport | None = None
    """Null before the first step has begun."""

    @classmethod
    def found(cls, run: Run, report: FolderChangeReport | None, progress: Progress | None) -> "FollowedFolderChange":
        """A change that somebody asked about."""
        return cls(**followed(run, progress), report=ShownReport.of(report) if report else None)
