"""A passage of a document: as cut, as embedded, and as the vector index holds it."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.models.folder_path import ROOT

MetadataValue = str | bool | int | float | list[str]
Metadata = dict[str, MetadataValue]


class Passage(BaseModel):
    """A part of a document as the splitter cut it, before it has a place in a version."""

    # What cannot be read fails a run, whose cause is kept for longer than the document may be: no text is in it.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    text: str
    heading: str | None = None
    """The nearest heading above the passage, if the document has headings."""
    page: int | None = None
    """The page that the passage starts on, from 1, if the document has pages."""


class Chunk(Passage):
    """A passage in its place: line `index` of `chunks/{doc_hash}/{version}/{index}.jsonl`."""

    index: Annotated[int, Field(ge=0)]
    sha256: str
    """Of the text in UTF-8: equal text of one model has an equal vector."""
    language: str | None = None
    """Of the document's text, as its request names it or as it was detected: which stems the chunk has. None where that
    is not known, or in files from before it was noted."""
    batch: int | None = None
    """The batch that embeds this chunk; none where its vector was taken from the version before."""

    @classmethod
    def of(cls, passage: Passage, index: int, language: str | None = None) -> "Chunk":
        """The chunk that `passage` is at place `index` (from 0) of a document in that language."""
        digest = hashlib.sha256(passage.text.encode()).hexdigest()
        return cls(
            text=passage.text,
            heading=passage.heading,
            page=passage.page,
            index=index,
            sha256=digest,
            language=language,
        )


class EmbeddedChunk(Chunk):
    """A chunk with its vector: a line of `vectors/{doc_hash}/{version}/{index}/{batch}.jsonl`."""

    vector: list[float]


class IndexedChunk(BaseModel):
    """A chunk as the vector index stores it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str
    """`{doc_hash}#{chunk_id}`."""
    doc_hash: str
    version: int
    chunk_id: str
    text: str
    vector: list[float]
    title: str | None = None
    heading: str | None = None
    page: int | None = None
    metadata: Metadata = {}
    folder: str = ROOT
    """The document's. A search in a folder finds what is in it and below it."""
    keywords: str = ""
    """The terms of title, heading and text, with spaces between them, as `bloomweaver.analysis` makes them: what the
    keyword leg of a search looks in."""


class Candidate(BaseModel):
    """What a query found, as far as it takes to tell whether it may be shown.

    `score` is the cosine similarity, -1 to 1, higher is nearer.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    doc_hash: str
    version: int
    score: float


class Hit(Candidate):
    """A candidate with what is shown of it."""

    chunk_id: str
    text: str
    title: str | None = None
    heading: str | None = None
    page: int | None = None
    metadata: Metadata = {}
