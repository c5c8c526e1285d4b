"""Repairs, each through the fence: what a newer operation makes of the document is never undone or mixed with.

- Missing vectors whose backups are sound are written again under their ids. If the version was replaced meanwhile, what
  was written is removed again: such a version is never served any more.
- A missing source is given from the request, and where that has expired, as the passages that the backups hold.
- Anything else that is wrong with a served version is mended by a new one: what it was made of is accepted once more,
  as a retry does, and the pipeline replaces the old version as a whole.
- Where that is nowhere any more, the record says `partial` and what to do.
- Orphans of a document without a record are removed after a tombstone is written, so that no document of that name can
  begin at a version whose ids are being removed.
"""

from collections.abc import Sequence

from bloomweaver import keys
from bloomweaver.documents.acceptance import next_version
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.reconciliation import Repair
from bloomweaver.models.record import DocumentRecord, ErrorDetail, Status
from bloomweaver.passages.backups import fault_of, indexed_chunk
from bloomweaver.ports import Clock, DocumentRecords, Objects, OperationQueue
from bloomweaver.reconciliation.findings import Mended
from bloomweaver.reconciliation.rules import never_served
from bloomweaver.reconciliation.tombstones import tombstone
from bloomweaver.sources.keeping import SourceGiver, find_kept

INCOMPLETE = "Incomplete"
"""The error of a served version that lacks something and cannot be mended without its content. No state machine
knows it."""
CHUNKS_AT_A_TIME = 200

_RESTORED = Mended(Repair.RESTORED, "restored from the backups")


class Repairs:
    """Repairs one document at a time."""

    def __init__(
        self,
        records: DocumentRecords,
        vectors: IndexStores,
        objects: Objects,
        backups: Objects,
        sources: Objects,
        giver: SourceGiver,
        queue: OperationQueue,
        clock: Clock,
        *,
        correlation_id: str,
        body_max_bytes: int,
    ) -> None:
        self._records = records
        self._vectors = vectors
        self._objects = objects
        self._backups = backups
        self._sources = sources
        self._giver = giver
        self._queue = queue
        self._clock = clock
        self._correlation_id = correlation_id
        self._body_max_bytes = body_max_bytes

    def mend(
        self, record: DocumentRecord, vectors: Sequence[int], backups: Sequence[int]
    ) -> tuple[Mended, Mended] | None:
        """Mend the served version of `record`, which lacks these chunks' vectors and sound backups.

        Returns what was done about the vectors and about the backups; none if the document is changing.
        """
        restored = bool(vectors) and not set(vectors) & set(backups) and self._restore(record, vectors)
        if restored is None:
            return None
        if restored and not backups:
            return _RESTORED, _RESTORED
        again = self.run_again(record)
        if again is None:
            return None
        return _RESTORED if restored else again, again

    def give_source(self, record: DocumentRecord) -> Mended | None:
        """Give the served version of `record` a source. None if the document is changing."""
        if record.version != record.served_version:
            return _newer(record)
        source, origin = self._giver.of_request(record), "its request"
        if source is None:
            source, origin = self._giver.of_backups(record), "its backups, as passages"
        if source is None:
            return Mended(Repair.IMPOSSIBLE, "its request has expired and its backups are not whole: send it again")
        if self._giver.give(record, source) is None:
            return None
        return Mended(Repair.RESTORED, f"kept from {origin}")

    def run_again(self, record: DocumentRecord, chunk_count: int = 0) -> Mended | None:
        """Accept what the served version was made of again. None if the document is changing.

        `chunk_count` is how many chunks of the old version the stores hold, if that is more than its record says: all
        of them are removed with it.
        """
        if record.version != record.served_version:
            return _newer(record)
        kept = find_kept(self._objects, self._sources, record, self._body_max_bytes)
        if kept is None:
            return self._mark(record)
        again = next_version(record, self._correlation_id, self._clock(), kept)
        again = again.model_copy(update={"chunk_count": max(record.chunk_count, chunk_count)})
        if not self._put(again, record):
            return None
        # After the record: if this does not come through, the sweep sends it.
        self._queue.send(OperationMessage.of(again))
        return Mended(Repair.RUN_AGAIN, f"accepted again as version {again.version}")

    def bury(self, doc_hash: str, version: int, seen: DocumentRecord | None) -> bool:
        """Write the tombstone of a document that has leftovers up to `version`, and no record or a lower tombstone.

        False if it has another record by now than the one that was `seen`.
        """
        buried = tombstone(doc_hash, version, self._correlation_id, self._clock())
        return self._put(buried, seen) if seen else self._records.put(buried, None)

    def _restore(self, record: DocumentRecord, missing: Sequence[int]) -> bool | None:
        """Write missing vectors from their backups. False if one of those is not sound; none if all was too late."""
        doc_hash, version, index = record.doc_hash, record.served_version, str(record.index)
        store = self._vectors.named(index)
        written: list[str] = []
        sound = True
        for start in range(0, len(missing), CHUNKS_AT_A_TIME):
            chunks = self._from_backups(record, missing[start : start + CHUNKS_AT_A_TIME])
            if chunks is None:
                sound = False
                break
            current = self._records.get(doc_hash)
            if current is None or current.revision != record.revision:
                break
            store.upsert(chunks)
            written += [chunk.id for chunk in chunks]
        after = self._records.get(doc_hash)
        if after is not None and (after.served_version, after.index) == (version, index):
            return None if after.revision != record.revision else sound
        # What was served may have been removed before this was written, and nobody knows of it.
        moved = after is not None and after.served_version == version
        if written and (after is None or moved or never_served(version, after)):
            store.delete(written)
        return None

    def _from_backups(self, record: DocumentRecord, indexes: Sequence[int]) -> list[IndexedChunk] | None:
        places = {keys.backup_key(record.doc_hash, record.served_version, index): index for index in indexes}
        found = self._backups.get_many(list(places))
        if len(found) < len(places):
            return None
        dimension = self._vectors.dimension(str(record.index))
        if any(fault_of(found[key], record, index, dimension) for key, index in places.items()):
            return None
        keywords = self._vectors.has_keywords(str(record.index))
        backups = (Backup.model_validate_json(found[key]) for key in places)
        return [indexed_chunk(backup, record, with_keywords=keywords) for backup in backups]

    def _mark(self, record: DocumentRecord) -> Mended | None:
        message = (
            f"version {record.version} lacks vectors or backups, it has no source, and its request has expired: send "
            "it again"
        )
        error = ErrorDetail(type=INCOMPLETE, message=message)
        if record.error != error:
            changes = {"status": Status.PARTIAL, "error": error, "updated_at": self._clock()}
            if not self._put(record.model_copy(update=changes), record):
                return None
        return Mended(Repair.IMPOSSIBLE, "it has no source, and its request has expired: send the document again")

    def _put(self, changed: DocumentRecord, seen: DocumentRecord) -> bool:
        return self._records.put(changed.model_copy(update={"revision": seen.revision + 1}), seen)


def _newer(record: DocumentRecord) -> Mended:
    return Mended(
        Repair.IMPOSSIBLE,
        f"version {record.version}, which was accepted after it, is {record.status}: redrive it, retry it, or send the "
        "document again",
    )
