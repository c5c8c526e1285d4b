"""Chunk: from what a version is made of to passages, and which of them have to be embedded. Keeps the source, too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver import keys
from bloomweaver.analysis import detect_language
from bloomweaver.content import extract
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.documents import lifecycle
from bloomweaver.documents.transition import transition
from bloomweaver.indexes.cards import admit
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Chunk, Passage
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.index_card import IndexSettings
from bloomweaver.models.record import DocumentRecord
from bloomweaver.passages import artifacts
from bloomweaver.passages.chunking import Chunker
from bloomweaver.passages.reuse import reuse_vectors
from bloomweaver.ports import Clock, DocumentRecords, Indexes, Objects, Sources
from bloomweaver.sources.contents import Contents, Source


@dataclass(frozen=True)
class _Cut:
    """A text, its passages, and the warnings of the extraction; none for text that was extracted before."""

    text: str
    passages: Sequence[Passage]
    warnings: Sequence[str] | None


class ChunkTask:
    """Cuts one version of a document into chunks, and stores them for the states after it."""

    def __init__(
        self,
        records: DocumentRecords,
        objects: Objects,
        contents: Contents,
        sources: Sources,
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
    ) -> None:
        self._records = records
        self._objects = objects
        self._contents = contents
        self._sources = sources
        self._backups = backups
        self._indexes = indexes
        self._stores = stores
        self._clock = clock
        self._chunker = chunker
        self._index = index
        self._settings = settings
        self._batch_size = batch_size
        self._batches_max = batches_max

    def run(self, doc_hash: str, version: int, attempt: int) -> VersionArtifacts:
        """Chunk `version` for the deployment's index. Raises `Superseded`, `ExtractionFailed` and `IndexUnusable`.

        For the first version of an index it raises the store's errors too, such as `VectorIndexRejected` if there is no
        such index.
        """
        record = lifecycle.fence(self._records.get(doc_hash), version, attempt)
        source = self._contents.read(record)
        record = self._keep(record, attempt, source)
        cut = self._cut(record, source)
        detected = None if record.language else detect_language(cut.text)
        language = record.language or detected
        chunks = [Chunk.of(passage, index, language) for index, passage in enumerate(cut.passages)]
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
            lambda current: lifecycle.register(
                current, version, attempt, len(chunks), self._index, cut.warnings, detected
            ),
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

    def _keep(self, record: DocumentRecord, attempt: int, source: Source) -> DocumentRecord:
        """Keep the source of the version before anything is cut from it: also of one from which nothing can be.

        Returns the record as it is then. Raises `Superseded`.
        """
        doc_hash, version = record.doc_hash, record.version
        # The record first, as everywhere: what lies in the bucket is known to it.
        record = transition(
            self._records, doc_hash, lambda current: lifecycle.keep(current, version, attempt, source.name), record
        )
        key = keys.source_key(doc_hash, version, source.name)
        self._sources.put_content(key, source.data, source.content_type(record))
        return record

    def _cut(self, record: DocumentRecord, source: Source) -> "_Cut":
        if not source.is_passages:
            extracted = extract(record.content_type or "", source.data)
            text = "\n".join(block.text for block in extracted.blocks)
            return _Cut(text, self._chunker.split(extracted), extracted.warnings)
        # Cut by a version before, perhaps longer than a passage may be now.
        before = artifacts.passages_in(source.data)
        passages = [
            Passage(text=piece.text, heading=passage.heading, page=passage.page)
            for passage in before
            for piece in self._chunker.split(ExtractedText((TextBlock(passage.text),)))
        ]
        return _Cut("\n".join(passage.text for passage in before), passages, None)

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
