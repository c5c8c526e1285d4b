"""Whether a backup is what it should be, since the bucket is open to more hands than the pipeline's; and its chunk."""

import hashlib

from pydantic import ValidationError

from bloomweaver import keys
from bloomweaver.analysis import passage_keywords
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.record import DocumentRecord
from bloomweaver.vector_stores.validation import vector_fault


def fault_of(data: bytes, record: DocumentRecord, index: int, dimension: int) -> str | None:
    """What is wrong with the backup of chunk `index` of the served version; none if nothing is.

    `dimension` is the length of the index's vectors.
    """
    try:
        backup = Backup.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the object"
        return f"{where}: {first['msg']}"
    version = record.served_version
    if (backup.doc_hash, backup.version, backup.index) != (record.doc_hash, version, index):
        return f"it is of {keys.vector_id(backup.doc_hash, backup.version, backup.index)}"
    if backup.model != record.model:
        return f"its vector is of the model '{backup.model}', the record says '{record.model}'"
    if hashlib.sha256(backup.text.encode()).hexdigest() != backup.sha256:
        return "its text is not the one that its digest is of"
    return vector_fault(backup.vector, dimension)


def indexed_chunk(backup: Backup, record: DocumentRecord, *, with_keywords: bool) -> IndexedChunk:
    """The chunk as the vector index is to hold it, from a backup of a version of the record's document.

    A backup that does not name a language is of a text whose language is not known: what is in an index with keywords
    was cut when it was looked for.
    """
    # The record has title, metadata and folder of its latest version; a backup of an older one has those of its own.
    latest = record.version == backup.version
    title = record.title if latest else backup.title
    return IndexedChunk(
        id=keys.vector_id(backup.doc_hash, backup.version, backup.index),
        doc_hash=backup.doc_hash,
        version=backup.version,
        chunk_id=backup.chunk_id,
        text=backup.text,
        vector=backup.vector,
        title=title,
        heading=backup.heading,
        page=backup.page,
        metadata=record.metadata if latest else backup.metadata,
        folder=record.folder if latest else backup.folder,
        keywords=passage_keywords(backup.text, title=title, heading=backup.heading, language=backup.language)
        if with_keywords
        else "",
    )
