"""The Pinecone branch: writes a version's vectors to the vector index, and removes those of stale ones.

The branch has its name from the default store; whatever store is configured does the work.
"""

from collections.abc import Sequence

from bloomweaver import artifacts, keys, lifecycle
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.record import StaleVersion
from bloomweaver.ports import DocumentRecords, Objects
from bloomweaver.vector_stores.base import VectorStore


def write(
    records: DocumentRecords,
    objects: Objects,
    store: VectorStore,
    *,
    doc_hash: str,
    version: int,
    version_artifacts: VersionArtifacts,
) -> int:
    """Write the vectors of `version`. Returns how many.

    Raises `Superseded`, `ArtifactsExpired` and the store's errors.
    """
    record = lifecycle.fence(records.get(doc_hash), version)
    written = 0
    for batch in artifacts.read_vectors(objects, doc_hash, version, version_artifacts):
        store.upsert(
            [
                IndexedChunk(
                    id=keys.vector_id(doc_hash, version, chunk.index),
                    doc_hash=doc_hash,
                    version=version,
                    chunk_id=keys.chunk_id(version, chunk.index),
                    text=chunk.text,
                    vector=chunk.vector,
                    title=record.title,
                    heading=chunk.heading,
                    page=chunk.page,
                    metadata=record.metadata,
                )
                for chunk in batch
            ]
        )
        written += len(batch)
    return written


def remove(store: VectorStore, *, doc_hash: str, stale: Sequence[StaleVersion]) -> int:
    """Remove the vectors of the stale versions. Returns how many ids that were. Raises the store's errors."""
    ids = [id_ for version in stale for id_ in keys.vector_ids(doc_hash, version.version, version.chunk_count)]
    if ids:
        store.delete(ids)
    return len(ids)
