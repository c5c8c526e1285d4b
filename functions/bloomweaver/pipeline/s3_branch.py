"""The S3 branch: backs up a version's chunks, and removes the backups and sources of stale ones."""

from collections.abc import Sequence

from bloomweaver import keys
from bloomweaver.models.backup import Backup
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.folder_path import ROOT
from bloomweaver.models.record import StaleVersion
from bloomweaver.passages import artifacts
from bloomweaver.ports import DocumentRecords, Objects
from bloomweaver.recovery import mending


def write(
    records: DocumentRecords,
    objects: Objects,
    backups: Objects,
    *,
    doc_hash: str,
    version: int,
    version_artifacts: VersionArtifacts,
) -> int:
    """Back up the chunks of `version`. Returns how many.

    A version that is still served, while a newer one is on its way, gets its backups too; without title, metadata
    and folder, since the record has those of the newer one. Raises `Superseded`, `ArtifactsExpired` and
    `BackupUnavailable`.
    """
    record = mending.fence_backup(records.get(doc_hash), version, version_artifacts.index)
    latest = record.version == version
    written = 0
    for batch in artifacts.read_vectors(objects, doc_hash, version, version_artifacts):
        backed_up = [
            Backup(
                **chunk.model_dump(exclude={"batch"}),
                doc_hash=doc_hash,
                version=version,
                chunk_id=keys.chunk_id(version, chunk.index),
                model=version_artifacts.model,
                title=record.title if latest else None,
                metadata=record.metadata if latest else {},
                folder=record.folder if latest else ROOT,
            )
            for chunk in batch
        ]
        backups.put_many(
            (
                keys.backup_key(doc_hash, version, backup.index),
                backup.model_dump_json(exclude_none=True).encode(),
            )
            for backup in backed_up
        )
        written += len(batch)
    return written


def remove(backups: Objects, sources: Objects, *, doc_hash: str, stale: Sequence[StaleVersion]) -> int:
    """Remove the backups of the stale versions, and the sources that they name. Returns how many keys that were.

    Raises `BackupUnavailable` and `StorageUnavailable`.
    """
    places = [
        keys.backup_key(doc_hash, version.version, number)
        for version in stale
        for number in range(version.first_backup, version.chunk_count)
    ]
    if places:
        backups.delete_many(places)
    kept = [keys.source_key(doc_hash, version.version, version.source) for version in stale if version.source]
    if kept:
        sources.delete_many(kept)
    return len(places) + len(kept)
