"""What a change of a whole folder is, where it stands between two calls, and its report."""

from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bloomweaver.models import folder_path
from bloomweaver.models.left import LeftDocuments


class FolderOperation(StrEnum):
    """What is done with all documents in a folder, and in those below it."""

    MOVE = "move"
    DELETE = "delete"


class FolderChange(BaseModel):
    """A folder that is to be moved, or deleted with all in it."""

    model_config = ConfigDict(frozen=True)

    operation: FolderOperation
    folder: str
    to: str | None = None
    """What the folder is called afterwards, if it moves."""
    asked_at: str
    """When it was asked for. A deletion leaves what was sent later."""

    def paths(self) -> Iterator[str]:
        """The folders that it changes."""
        yield self.folder
        if self.to is not None:
            yield self.to

    def meets(self, other: "FolderChange") -> bool:
        """Whether both would change a folder, or one changes what lies in a folder of the other."""
        return any(
            folder_path.is_within(ours, theirs) or folder_path.is_within(theirs, ours)
            for ours in self.paths()
            for theirs in other.paths()
        )


class FolderChangePhase(StrEnum):
    """What a change of a folder goes through, in this order."""

    CHANGING = "changing"
    DONE = "done"


class NotChanged(StrEnum):
    """Why a document is not as the change would have it."""

    FAILED = "failed"
    """It was accepted, and the run of its new version failed: retry it."""
    PARTIAL = "partial"
    """It was accepted, and a part of it ended in a dead letter queue: redrive it."""
    NO_CONTENT = "no_content"
    """It stays: it has no source, and its request has expired. Send it again, with its new folder."""
    NO_PLACE = "no_place"
    """It stays: its new folder would be too deep, or its path too long."""
    NEWER = "newer"
    """It stays: it was sent or edited after the deletion was asked for."""


ACCEPTED = frozenset({NotChanged.FAILED, NotChanged.PARTIAL})
"""Reasons of documents that have their new folder, or are deleted, by their records."""


class FolderChangeCounts(BaseModel):
    """What came of it so far."""

    model_config = ConfigDict(frozen=True)

    documents: int = 0
    """Documents in and below the folder when it began, by the lists."""
    done: int = 0
    """Documents whose new version is served from the new folder, or which are gone."""
    left: dict[NotChanged, LeftDocuments] = {reason: LeftDocuments() for reason in NotChanged}
    """Documents of which that is not so. Those that stay are counted by the last look through the folder."""

    @property
    def unchanged(self) -> int:
        """How many documents are not as they should be."""
        return sum(left.count for left in self.left.values())


class FolderChangeProgress(BaseModel):
    """Where a change stands: all that the next call needs to go on. Everything in it is short."""

    model_config = ConfigDict(frozen=True)

    phase: FolderChangePhase = FolderChangePhase.CHANGING
    begun: bool = False
    """Whether there was a look through the folder, or is one."""
    caught_up: bool = False
    """Whether the lists had all that was sent before the change was asked for, when this look began."""
    cursor: str | None = None
    looked: bool = False
    """Whether this look is through."""
    unsettled: bool = False
    """Whether there has to be another one: something was done in this one, or is changing."""
    accepted: dict[str, int] = {}
    """Documents that are under way, with the version that was accepted."""
    counts: FolderChangeCounts = FolderChangeCounts()


class FolderChangeReport(BaseModel):
    """The object `reports/folders/{id}.json`. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    id: str
    change: FolderChange
    done: bool
    updated_at: str
    counts: FolderChangeCounts
    under_way: int
    """Documents that are on their way."""
