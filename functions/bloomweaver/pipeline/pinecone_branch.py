"""The Pinecone branch: writes a version's vectors to the vector index, and removes those of stale ones.

The branch has its name from the default store; whatever store is configured does the work.
"""

from collections.abc import Sequence

from bloomweaver import keys
from bloomweaver.analysis import passage_keywords
from bloomweaver.errors import UnknownIndex
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.record import StaleVersion
from bloomweaver.passages import artifacts
from bloomweaver.ports import DocumentRecords, Epochs, Objects
from bloomweaver.recovery import mending


def write(
    records: DocumentRecords,
    objects: Objects,
    stores: IndexStores,
    *,
    doc_hash: str,
    version: int,
    version_artifacts: VersionArtifacts,
) -> int:
    """Write the vectors of `version` to the index of its run. Returns how many.

    Raises `Superseded`, `ArtifactsExpired`, `UnknownIndex` and the store's errors.
    """
    record = mending.fence_write(records.get(doc_hash), version, version_artifacts.index)
    store = stores.named(version_artifacts.index)
    # A letter may be of an index from before there were any.
    has_keywords = stores.has_keywords(version_artifacts.index)
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
                    folder=record.folder,
                    keywords=passage_keywords(
                        chunk.text, title=record.title, heading=chunk.heading, language=chunk.language
                    )
                    if has_keywords
                    else "",
                )
                for chunk in batch
            ]
        )
        written += len(batch)
    return written


def remove(stores: IndexStores, epochs: Epochs, *, doc_hash: str, stale: Sequence[StaleVersion]) -> int:
    """Remove the vectors of the stale versions, each from its index. Returns how many ids that were.

    What search keeps would go on to have them among its candidates, in the place of others: so the epoch moves. Raises
    the stores' errors.
    """
    ids: dict[str, list[str]] = {}
    for version in stale:
        ids.setdefault(version.index, []).extend(keys.vector_ids(doc_hash, version.version, version.chunk_count))
    for index, of_index in ids.items():
        if of_index:
            _remove(stores, index, of_index)
    count = sum(map(len, ids.values()))
    if count:
        epochs.advance()
    return count


def _remove(stores: IndexStores, index: str, ids: Sequence[str]) -> None:
    try:
        store = stores.named(index)
    except UnknownIndex:
        return  # it was deleted, with everything in it
    store.delete(ids)
