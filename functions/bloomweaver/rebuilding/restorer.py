"""From backups to vectors, a batch at a time. What is written is of a served version, or is removed again.

A version that stops being served never comes back, so removing its vectors is right at any later time. Hence the order:
read the records, write, read the records again, and remove what is served no more. A call that died after its write is
repeated with the same keys; then the record says that they are not served, and what was written of them is removed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bloomweaver import keys
from bloomweaver.errors import VectorIndexRejected
from bloomweaver.keys import ChunkPlace
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.rebuild import LOST, Fate, ListedObject, Problem
from bloomweaver.models.record import DocumentRecord
from bloomweaver.passages.backups import fault_of, indexed_chunk
from bloomweaver.ports import DocumentRecords, Epochs, Objects
from bloomweaver.rebuilding.starting import Target
from bloomweaver.reconciliation.rules import never_served
from bloomweaver.vector_stores.base import VectorStore

PORTION_BYTES = 32 * 2**20
"""Backups that are in memory together."""
BACKUP_MAX_BYTES = 8 * 2**20
"""No backup that Bloomweaver writes comes near to it."""
REASON_LENGTH = 300


@dataclass(frozen=True)
class Treated:
    """What became of an object, and, where it could not be restored, why."""

    fate: Fate
    reason: str = ""


class Restorer:
    """Restores the vectors of served versions in the target, of documents that are served from the index `source`."""

    def __init__(
        self,
        records: DocumentRecords,
        epochs: Epochs,
        vectors: VectorStore,
        backups: Objects,
        *,
        target: Target,
        source: str,
    ) -> None:
        """`vectors` is the store of the target."""
        self._records = records
        self._epochs = epochs
        self._vectors = vectors
        self._backups = backups
        self._model = target.settings.model
        self._dimension = target.settings.dimension
        self._with_keywords = target.settings.has_keywords
        self._source = source
        self._right = {source, target.index}
        """From where a version may be served whose vectors are written to the target."""

    def restore(self, objects: Sequence[ListedObject]) -> dict[str, Treated]:
        """Restore what is to be restored of these objects. Returns what became of each, by its key.

        Repeating it is safe. Raises the stores' transient errors.
        """
        places = {listed.key: keys.backup_place(listed.key) for listed in objects}
        known = {key: place for key, place in places.items() if place is not None}
        records = self._records.get_many({place.doc_hash for place in known.values()})
        treated = {key: Treated(Fate.FOREIGN) for key, place in places.items() if place is None}
        leftovers: list[str] = []
        wanted: list[ListedObject] = []
        for listed in objects:
            place = known.get(listed.key)
            if place is None:
                continue
            record = records.get(place.doc_hash)
            if record is None or not _is_served(place, record):
                treated[listed.key] = Treated(Fate.NOT_SERVED)
                if record is not None and never_served(place.version, record):
                    leftovers.append(keys.vector_id(*place))
            elif record.index != self._source:
                treated[listed.key] = Treated(Fate.ELSEWHERE)
            elif record.model != self._model:
                reason = f"it is of the model '{record.model}', the index is of '{self._model}'"
                treated[listed.key] = Treated(Fate.OTHER_MODEL, reason)
            elif listed.size > BACKUP_MAX_BYTES:
                reason = f"it has {listed.size} bytes; a backup has {BACKUP_MAX_BYTES} at most"
                treated[listed.key] = Treated(Fate.BROKEN, reason)
            else:
                wanted.append(listed)
        for portion in _portions(wanted):
            treated |= self._write([listed.key for listed in portion], known, records)
        leftovers += self._overtaken(treated, known)
        if leftovers:
            self._vectors.delete(leftovers)
        if wanted or leftovers:
            # In place, search finds by now what its lists from before do not have.
            self._epochs.advance()
        return treated

    def _write(
        self, portion: Sequence[str], places: dict[str, ChunkPlace], records: dict[str, DocumentRecord]
    ) -> dict[str, Treated]:
        treated: dict[str, Treated] = {}
        chunks: dict[str, list[IndexedChunk]] = {}
        found = self._backups.get_many(portion)
        for key in portion:
            doc_hash, _, number = places[key]
            record = records[doc_hash]
            if key not in found:
                treated[key] = Treated(Fate.MISSING, "there is no such object")
            elif fault := fault_of(found[key], record, number, self._dimension):
                treated[key] = Treated(Fate.BROKEN, fault)
            else:
                treated[key] = Treated(Fate.RESTORED)
                backup = Backup.model_validate_json(found[key])
                chunk = indexed_chunk(backup, record, with_keywords=self._with_keywords)
                chunks.setdefault(doc_hash, []).append(chunk)
        for doc_hash, reason in self._upsert(chunks).items():
            for key in portion:
                if places[key].doc_hash == doc_hash and treated[key].fate is Fate.RESTORED:
                    treated[key] = Treated(Fate.REJECTED, reason)
        return treated

    def _upsert(self, chunks: dict[str, list[IndexedChunk]]) -> dict[str, str]:
        """Write the chunks. Returns why the index refused a document's, by the document."""
        if not chunks:
            return {}
        try:
            self._vectors.upsert([chunk for of_document in chunks.values() for chunk in of_document])
        except VectorIndexRejected:
            return self._upsert_apart(chunks)
        return {}

    def _upsert_apart(self, chunks: dict[str, list[IndexedChunk]]) -> dict[str, str]:
        """As `_upsert`, a document at a time: one that the index refuses must not keep the others out."""
        refused: dict[str, str] = {}
        for doc_hash, of_document in chunks.items():
            try:
                self._vectors.upsert(of_document)
            except VectorIndexRejected as error:
                refused[doc_hash] = str(error)
        return refused

    def _overtaken(self, treated: dict[str, Treated], places: dict[str, ChunkPlace]) -> list[str]:
        """Note in `treated` what is served no more by now. Returns the ids that have to go."""
        looked_at = {key: places[key] for key, one in treated.items() if one.fate is Fate.RESTORED or one.fate in LOST}
        if not looked_at:
            return []
        now = self._records.get_many({place.doc_hash for place in looked_at.values()})
        gone: list[str] = []
        for key, place in looked_at.items():
            record = now.get(place.doc_hash)
            if record is not None and place.version == record.served_version and record.index in self._right:
                continue
            treated[key] = Treated(Fate.OVERTAKEN)
            if record is None or never_served(place.version, record):
                gone.append(keys.vector_id(*place))
        return gone


def problems(treated: dict[str, Treated], limit: int) -> list[Problem]:
    """What could not be restored, by document and kind, at most `limit` of them."""
    found: dict[tuple[str, int, Fate], Problem] = {}
    for key, one in treated.items():
        place = keys.backup_place(key)
        if one.fate not in LOST or place is None:
            continue
        name = (place.doc_hash, place.version, one.fate)
        if name in found:
            found[name] = found[name].model_copy(update={"count": found[name].count + 1})
        elif len(found) < limit:
            found[name] = Problem(
                fate=one.fate,
                doc_hash=place.doc_hash,
                version=place.version,
                count=1,
                example=key,
                reason=one.reason[:REASON_LENGTH],
            )
    return list(found.values())


def _is_served(place: ChunkPlace, record: DocumentRecord) -> bool:
    return place.version == record.served_version and place.number < record.chunk_count


def _portions(objects: Sequence[ListedObject]) -> Iterator[list[ListedObject]]:
    portion: list[ListedObject] = []
    size = 0
    for listed in objects:
        if portion and size + listed.size > PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(listed)
        size += listed.size
    if portion:
        yield portion
