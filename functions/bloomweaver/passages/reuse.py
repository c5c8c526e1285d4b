"""Vectors of unchanged passages: taken from the backups of the served version, so that nothing is embedded twice."""

import logging
from collections.abc import Sequence

from bloomweaver import keys
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Chunk, EmbeddedChunk
from bloomweaver.models.record import DocumentRecord
from bloomweaver.passages.backups import fault_of
from bloomweaver.ports import Objects

logger = logging.getLogger(__name__)


def reuse_vectors(
    backups: Objects, record: DocumentRecord, chunks: Sequence[Chunk], model: str, dimension: int
) -> list[EmbeddedChunk]:
    """Those of `chunks` whose text the served version has too, with the vectors that `model` gave them there.

    A backup that is missing, broken or of another model saves nothing and harms nothing: its text is embedded again.
    `dimension` is the length of the index's vectors.
    """
    if not record.served_version or record.model != model:
        return []
    places = {
        keys.backup_key(record.doc_hash, record.served_version, index): index for index in range(record.chunk_count)
    }
    vectors: dict[str, list[float]] = {}
    for key, data in backups.get_many(list(places)).items():
        fault = fault_of(data, record, places[key], dimension)
        if fault is not None:
            logger.warning("the backup '%s' is broken: %s", key, fault)
            continue
        backup = Backup.model_validate_json(data)
        vectors[backup.sha256] = backup.vector
    return [
        EmbeddedChunk(**chunk.model_dump(), vector=vectors[chunk.sha256]) for chunk in chunks if chunk.sha256 in vectors
    ]
