"""Chunk: from the body as received to passages, and which of them have to be embedded."""

import hashlib
import math
from collections.abc import Sequence

from bloomweaver import keys
from bloomweaver.content import extract
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.documents import lifecycle
from bloomweaver.documents.transition import transition
from bloomweaver.errors import ExtractionFailed, ObjectMissing
from bloomweaver.indexes.cards import admit
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Chunk, Passage
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.index_card import IndexSettings
from bloomweaver.models.record import DocumentRecord
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.passages import artifacts
from bloomweaver.passages.chunking import Chunker
from bloomweaver.passages.reuse import reuse_vectors
from bloomweaver.ports import Clock, DocumentRecords, Indexes, Objects, Uploads
from bloomweaver.request_body import parse


class ChunkTask:
    """Cuts one version of a document into chunks, and stores them for the states after it."""

    def __init__(
        self,
        records: DocumentRecords,
        objects: Objects,
        uploads: Uploads,
        backups: Objects,
        indexes: Indexes,
        stores: IndexStores,
        clock: Clock,
        chunker: Chunker,
        *,
        index: str,
        settings: IndexSettings,
        batch_size: int,
        batches_max: int,
        body_max_bytes: int,
        upload_max_bytes: int,
    ) -> None:
        self._records = records
        self._objects = objects
        self._uploads = uploads
        self._backups = backups
        self._indexes = indexes
        self._stores = stores
        self._clock = clock
        self._chunker = chunker
        self._index = index
        self._settings = settings
        self._batch_size = batch_size
        self._batches_max = batches_max
        self._body_max_bytes = body_max_bytes
        self._upload_max_bytes = upload_max_bytes

    def run(self, doc_hash: str, version: int, attempt: int) -> VersionArtifacts:
        """Chunk `version` for the deployment's index. Raises `Superseded`, `ExtractionFailed` and `IndexUnusable`.

        For the first version of an index it raises the store's errors too, such as `VectorIndexRejected` if there is no
        such index.
        """
        record = lifecycle.fence(self._records.get(doc_hash), version, attempt)
        passages, warnings = self._passages(record)
        chunks = [Chunk.of(passage, index) for index, passage in enumerate(passages)]
        reused = reuse_vectors(self._backups, record, chunks, self._settings.model, self._settings.dimension)
        done = {chunk.index for chunk in reused}
        size = self._size_of_a_batch(len(chunks) - len(done))
        placed = _place(chunks, done, size)
        if reused:
            artifacts.write_vectors(self._objects, doc_hash, version, self._index, artifacts.REUSED, reused)
        artifacts.write_chunks(self._objects, doc_hash, version, self._index, placed)
        transition(
            self._records,
            doc_hash,
            lambda current: lifecycle.register(current, version, attempt, len(chunks), self._index, warnings),
            record,
        )
        # After the record, and never from memory: see `admit`.
        admit(self._indexes, self._index, self._settings, self._clock, self._stores)
        return VersionArtifacts(
            model=self._settings.model,
            index=self._index,
            chunk_count=len(chunks),
            batches=list(range(math.ceil((len(chunks) - len(done)) / size))),
            reused=len(done),
        )

    def _passages(self, record: DocumentRecord) -> tuple[list[Passage], Sequence[str] | None]:
        """The passages, and the warnings of the extraction; none for text that was extracted before."""
        if not keys.holds_passages(record.artifact or ""):
            extracted = extract(record.content_type or "", self._content(record))
            return self._chunker.split(extracted), extracted.warnings
        # Cut by a version before, perhaps longer than a passage may be now.
        passages = [
            Passage(text=piece.text, heading=passage.heading, page=passage.page)
            for passage in artifacts.read_passages(self._objects, record.artifact or "")
            for piece in self._chunker.split(ExtractedText((TextBlock(passage.text),)))
        ]
        return passages, None

    def _content(self, record: DocumentRecord) -> bytes:
        # What the webhook took was valid then; the same body is read with the same rules here.
        body = WebhookBody.model_validate(parse(self._objects.get(record.artifact or ""), self._body_max_bytes))
        if body.content_ref is None:
            return body.inline_content() or b""
        try:
            content = self._uploads.get(body.content_ref, self._upload_max_bytes)
        except ObjectMissing as error:
            raise ExtractionFailed(f"the uploaded content '{body.content_ref}' is gone") from error
        if hashlib.sha256(content).hexdigest() != record.content_sha256:
            raise ExtractionFailed(f"the uploaded content '{body.content_ref}' was changed after it was accepted")
        return content

    def _size_of_a_batch(self, to_embed: int) -> int:
        return max(self._batch_size, math.ceil(to_embed / self._batches_max))


def _place(chunks: Sequence[Chunk], done: set[int], size: int) -> list[Chunk]:
    """The chunks, those to be embedded each with the number of its batch."""
    placed: list[Chunk] = []
    to_embed = 0
    for chunk in chunks:
        if chunk.index in done:
            placed.append(chunk)
        else:
            placed.append(chunk.model_copy(update={"batch": to_embed // size}))
            to_embed += 1
    return placed
