"""Documents as they lie in table and backups once they are indexed, for benchmarks that put them there directly."""

import random
from collections.abc import Iterator, Sequence
from hashlib import sha256

from bloomweaver import keys
from bloomweaver.models.backup import Backup
from bloomweaver.models.record import DocumentRecord, Operation, Status
from local.config import StackConfig
from local.embedding import dimension

MODEL = StackConfig.model
DIMENSION = dimension(StackConfig())
INDEX = StackConfig.index_name
LONG_AGO = "2020-01-01T00:00:00.000000+00:00"


def document_name(number: int) -> str:
    """The `doc_hash` of a document."""
    return f"document-{number:06d}"


class StoredDocuments:
    """Documents by their number, each of `chunks` chunks, served at `version`. Their vectors are random."""

    def __init__(self, chunks: int, version: int) -> None:
        self._chunks = chunks
        self._version = version
        self._chance = random.Random(1)

    def record(self, number: int) -> DocumentRecord:
        """The record of the document."""
        return DocumentRecord(
            doc_hash=document_name(number),
            version=self._version,
            indexed_version=self._version,
            status=Status.INDEXED,
            operation=Operation.CREATE if self._version == 1 else Operation.UPDATE,
            chunk_count=self._chunks,
            model=MODEL,
            index=INDEX,
            title=f"Document {number}",
            metadata={"number": number},
            correlation_id="benchmark",
            created_at=LONG_AGO,
            updated_at=LONG_AGO,
        )

    def backups(self, number: int) -> list[Backup]:
        """The backups of the document's served version."""
        return [self.backup(number, index, self._version) for index in range(self._chunks)]

    def backup(self, number: int, index: int, version: int) -> Backup:
        """The backup of one chunk of some version."""
        text = f"Passage {index} of document {number}. " + "The harbour master keeps the tide tables. " * 20
        return Backup(
            text=text,
            index=index,
            sha256=sha256(text.encode()).hexdigest(),
            vector=[self._chance.gauss(0, 1) for _ in range(DIMENSION)],
            doc_hash=document_name(number),
            version=version,
            chunk_id=keys.chunk_id(version, index),
            model=MODEL,
            language="en",
            title=f"Document {number}",
            metadata={"number": number},
        )


def as_objects(backups: Sequence[Backup]) -> Iterator[tuple[str, bytes]]:
    """Keys and bodies of the backups' objects."""
    for backup in backups:
        key = keys.backup_key(backup.doc_hash, backup.version, backup.index)
        yield key, backup.model_dump_json(exclude_none=True).encode()
