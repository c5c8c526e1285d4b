"""The card of a vector index: which model and chunking all of its chunks have, and whether it is in use."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class IndexState(StrEnum):
    """What an index is good for."""

    LIVE = "live"
    """Documents are written to it, and search asks it."""
    RETIRING = "retiring"
    """Nothing new is written to it. Search asks it for what is still served from it."""
    RETIRED = "retired"
    """No record names it: it can be deleted."""


class IndexSettings(BaseModel):
    """What all chunks of an index have in common."""

    model_config = ConfigDict(frozen=True)

    model: str
    """The name of the embedding model."""
    dimension: Annotated[int, Field(ge=1)]
    """The length of a vector."""
    chunk_max_tokens: Annotated[int, Field(ge=1)]
    chunk_overlap_tokens: Annotated[int, Field(ge=0)]
    extractor_version: Annotated[int, Field(ge=1)] = 1
    """Of what took the text out of the contents, see `content.EXTRACTOR_VERSION`. A card that does not name it is from
    before it was noted, and counts as the first."""
    analyser_version: Annotated[int, Field(ge=0)] = 0
    """Of what made the keywords of the chunks, see `analysis.ANALYSER_VERSION`. A card that does not name it is from
    before there were any, and counts as 0."""

    @property
    def has_keywords(self) -> bool:
        """Whether its chunks can be looked for by their words."""
        return self.analyser_version > 0

    def __str__(self) -> str:
        keywords = f"keywords by analyser {self.analyser_version}" if self.has_keywords else "no keywords"
        return (
            f"chunks of the model '{self.model}' ({self.dimension} dimensions), at most {self.chunk_max_tokens} tokens "
            f"with {self.chunk_overlap_tokens} of overlap, of text by extractor {self.extractor_version}, {keywords}"
        )


class IndexCard(BaseModel):
    """What is known of an index. It is replaced as a whole, on the condition that its `revision` is the one that was
    read. The settings never change under a name."""

    model_config = ConfigDict(frozen=True)

    index_name: str
    revision: Annotated[int, Field(ge=1)] = 1
    """Counts the writes of this card."""
    settings: IndexSettings
    state: IndexState
    reindex: str | None = None
    """The name of the execution that moves documents of other indexes to this one, by embedding them anew."""
    rebuild: str | None = None
    """The name of the execution that copies vectors to this index. Until it ends, vectors may lie here of versions that
    are served from another index."""
    created_at: str

    def changed(self, **changes: object) -> "IndexCard":
        """The card with these fields, as its next revision."""
        return self.model_copy(update={**changes, "revision": self.revision + 1})

    @property
    def searched(self) -> bool:
        """Whether something may be served from it."""
        return self.state is not IndexState.RETIRED
