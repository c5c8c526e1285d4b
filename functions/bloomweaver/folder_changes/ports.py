"""What a change of a folder needs from outside, besides what documents have."""

from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.folder_change import FolderChange
from bloomweaver.ports import Run, Runs


class RunningChanges(BaseModel):
    """The changes that were started, and may be running, by their names."""

    model_config = ConfigDict(frozen=True)

    serial: int = 0
    """Counts the writes; 0 is none yet."""
    changes: dict[str, FolderChange] = {}


class ChangeRegister(Protocol):
    """Names the changes that run, so that no two meet. Raises `StorageUnavailable` where it cannot be reached."""

    def running(self) -> RunningChanges:
        """What it says (a consistent read)."""

    def put(self, running: RunningChanges, *, replaces: RunningChanges) -> bool:
        """Have it say that, if nobody has written since `replaces` was read."""


class FolderChangeRuns(Runs, Protocol):
    """The state machine of changes."""

    def start(self, name: str, change: FolderChange) -> Run:
        """Start the execution `name`; see `bloomweaver.folder_changes`."""
