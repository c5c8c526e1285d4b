"""A chunk as it is backed up: all that is needed to build the vector index again without embedding."""

from bloomweaver.models.chunk import EmbeddedChunk, Metadata
from bloomweaver.models.folder_path import ROOT


class Backup(EmbeddedChunk):
    """The object `{doc_hash}/{chunk_id}.json`."""

    doc_hash: str
    version: int
    chunk_id: str
    model: str
    title: str | None = None
    metadata: Metadata = {}
    folder: str = ROOT
