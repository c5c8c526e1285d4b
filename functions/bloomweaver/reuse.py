"""Vectors of unchanged passages: taken from the backups of the served version, so that nothing is embedded twice."""

from collections.abc import Sequence

from bloomweaver import keys
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Chunk, EmbeddedChunk
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import Objects


def reuse_vectors(backups: Objects, record: DocumentRecord, chunks: Sequence[Chunk], model: str) -> list[EmbeddedChunk]:
    """Those of `chunks` whose text the served version has too, with the vectors that `model` gave them there.

    A backup that is missing, or of another model, saves nothing and harms nothing: its text is embedded again.
    """
    if not record.served_version or record.model != model:
        return []
    places = (keys.backup_key(record.doc_hash, record.served_version, index) for index in range(record.chunk_count))
    vectors: dict[str, list[float]] = {}
    for data in backups.get_many(list(places)).values():
        backup = Backup.model_validate_json(data)
        if backup.model == model:
            vectors[backup.sha256] = backup.vector
    return [
        EmbeddedChunk(**chunk.model_dump(), vector=vectors[chunk.sha256]) for chunk in chunks if chunk.sha256 in vectors
    ]
