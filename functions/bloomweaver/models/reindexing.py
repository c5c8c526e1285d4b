"""Where a reindex stands between two calls, and its report."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.left import LeftDocuments


class ReindexPhase(StrEnum):
    """What a reindex goes through, in this order."""

    MOVING = "moving"
    DONE = "done"


class Left(StrEnum):
    """Why a document stays in the index that it is served from."""

    FAILED = "failed"
    """Its latest version failed, and the one before it is served: retry it, or send it again."""
    PARTIAL = "partial"
    """Its latest version has dead letters, or lacks something: redrive them, or send it again."""
    NO_CONTENT = "no_content"
    """It has no source, its request has expired and its backups are not whole: send it again."""


class ReindexCounts(BaseModel):
    """What came of it so far."""

    model_config = ConfigDict(frozen=True)

    to_move: int | None = None
    """Documents that were served from another index when it began; null where they were too many to count then."""
    moved: int = 0
    """Documents that were accepted again, and are served from the deployment's index now."""
    from_backups: int = 0
    """Of the documents that were accepted again, those whose source is the passages that an earlier version had."""
    documents: int = 0
    """Records that the last look through all of them has seen so far."""
    served_here: int = 0
    """Of these, those that are served from the deployment's index."""
    left: dict[Left, LeftDocuments] = {reason: LeftDocuments() for reason in Left}
    """Of these, those that stay where they are."""

    @property
    def unmoved(self) -> int:
        """How many documents stay where they are."""
        return sum(left.count for left in self.left.values())


class ReindexProgress(BaseModel):
    """Where a reindex stands: all that the next call needs to go on. Every list in it is short."""

    model_config = ConfigDict(frozen=True)

    phase: ReindexPhase = ReindexPhase.MOVING
    cursor: str | None = None
    scanned: bool = False
    """Whether all records were looked at, since the last look through them began."""
    accepted: list[str] = []
    """Documents that were accepted again, and are under way."""
    watched: list[str] = []
    """Other documents that are changing: what is to be done about them can be said when they are at rest."""
    unsettled: bool = False
    """Whether all records have to be looked at once more."""
    patience: int = 0
    """How often it may still be waited for the removal of what is stale."""
    named: list[str] = []
    """Other indexes that a record named, in this look through all of them."""
    retiring: list[str] = []
    """Indexes that were retiring when this look began."""
    retired: list[str] = []
    """Indexes that were retired in the end."""
    counts: ReindexCounts = ReindexCounts()


class ReindexReport(BaseModel):
    """The object `reports/reindex/{id}.json`. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    id: str
    index: str
    done: bool
    updated_at: str
    counts: ReindexCounts
    under_way: int
    """Documents that are on their way."""
    still_named: list[str]
    """Other indexes that a record names."""
    retired: list[str]
