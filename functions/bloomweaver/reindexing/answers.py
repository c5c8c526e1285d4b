"""What the routes about indexes and reindexes are asked with, and what they answer."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.index_card import IndexCard, IndexState
from bloomweaver.models.reindexing import ReindexCounts, ReindexReport
from bloomweaver.ports import Run
from bloomweaver.progress.progress import Progress
from bloomweaver.recovery.answers import FollowedRun, RunStarted, followed, started
from bloomweaver.reindexing.census import Census


class IndexesRequest(BaseModel):
    """The query parameters of GET /indexes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: str | None = None
    """The `next_cursor` of the part before."""


class IndexEntry(BaseModel):
    """A vector index, and what all chunks in it have in common."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: IndexState
    model: str
    """The embedding model."""
    dimension: int
    """The length of a vector."""
    chunk_max_tokens: int
    chunk_overlap_tokens: int
    extractor_version: int = 1
    """Of what took the text out of the contents."""
    analyser_version: int = 0
    """Of what made the keywords; 0 is none."""
    created_at: str

    @classmethod
    def of(cls, card: IndexCard) -> "IndexEntry":
        """An index by its card."""
        return cls(name=card.index_name, state=card.state, **card.settings.model_dump(), created_at=card.created_at)


class Indexes(BaseModel):
    """The vector indexes, and how many documents of a part of all are served from each."""

    model_config = ConfigDict(frozen=True)

    deployed: str
    """The index that the deployment writes to."""
    indexes: list[IndexEntry]
    documents: Mapping[str, int]
    """Documents that are served from each index, of those that could be counted at once."""
    next_cursor: str | None = None
    """With it as the query parameter `cursor` the next part is counted; null on the last one."""

    @classmethod
    def of(cls, deployed: str, cards: Iterable[IndexCard], census: Census) -> "Indexes":
        """The indexes by their cards."""
        return cls(
            deployed=deployed,
            indexes=[IndexEntry.of(card) for card in cards],
            documents=census.documents,
            next_cursor=census.cursor,
        )


class DeletedIndex(BaseModel):
    """What became of the deletion of an index."""

    model_config = ConfigDict(frozen=True)

    name: str
    status: Literal["deleted", "deleting"]
    """`deleting`: the vector store is at it, which may take minutes. Send the same request again to see."""


class ReindexStarted(RunStarted):
    """That a reindex was started."""

    index: str
    """The index that the documents move to."""

    @classmethod
    def to(cls, index: str, run: Run) -> "ReindexStarted":
        """A reindex that was started now."""
        return cls(**started(run), index=index)


class ShownReport(BaseModel):
    """What a reindex came to. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    index: str
    """The index that the documents move to."""
    done: bool
    updated_at: str
    counts: ReindexCounts
    under_way: int
    """Documents that are on their way."""
    still_named: list[str]
    """Other indexes in which something lies yet."""
    retired: list[str]
    """Indexes that nothing is served from any more."""
    unmoved: int
    """Documents that stay where they are."""

    @classmethod
    def of(cls, report: ReindexReport) -> "ShownReport":
        """A report as it is kept."""
        return cls(**report.model_dump(exclude={"id"}), unmoved=report.counts.unmoved)


class Reindex(FollowedRun):
    """How far a reindex is."""

    report: ShownReport | None = None
    """Null before the first step has ended."""

    @classmethod
    def found(cls, run: Run, report: ReindexReport | None, progress: Progress | None) -> "Reindex":
        """A reindex that somebody asked about."""
        return cls(**followed(run, progress), report=ShownReport.of(report) if report else None)
