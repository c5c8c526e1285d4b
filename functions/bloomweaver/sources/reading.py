"""The content of what is served, handed out: in the answer, or by an address that is good for a while."""

from dataclasses import dataclass
from typing import Literal

from bloomweaver import keys
from bloomweaver.content import file_extension
from bloomweaver.documents.lookup import known_document
from bloomweaver.errors import ContentNotKept, NotServed, ObjectMissing
from bloomweaver.ports import DocumentRecords, Sources
from bloomweaver.sources.contents import PASSAGES_TYPE

SourceKind = Literal["content", "passages"]
"""What is kept of a served version: its content, or passages where those are all that is left."""
LOOKS = 3
"""How often the record is read anew because the version that it served was replaced and removed meanwhile."""


@dataclass(frozen=True)
class ServedContent:
    """The content of the served version: `data`, or where that is larger than asked for, its `address`."""

    version: int
    source: SourceKind
    content_type: str
    size: int
    """In bytes."""
    file_name: str
    data: bytes | None
    address: str | None


def kind_of(name: str) -> SourceKind:
    """What a source of this name is."""
    return "passages" if keys.holds_passages(name) else "content"


def read(
    records: DocumentRecords, sources: Sources, doc_hash: str, *, inline_max_bytes: int, address_seconds: int
) -> ServedContent:
    """The content of the version that is served now.

    Raises `UnknownDocument`, `NotServed` of a document that serves no version, such as a deleted one, `ContentNotKept`,
    and `StorageUnavailable`.
    """
    for _ in range(LOOKS):
        record = known_document(records, doc_hash)
        if not record.served_version:
            raise NotServed(f"no version of '{doc_hash}' is served; its latest operation is {record.status}")
        name = record.served_source
        if name is None:
            break
        key = keys.source_key(doc_hash, record.served_version, name)
        try:
            found = sources.open(key, inline_max_bytes)
        except ObjectMissing:
            continue
        extension = "passages.jsonl" if found.content_type == PASSAGES_TYPE else file_extension(found.content_type)
        file_name = f"{doc_hash}.{extension}"
        return ServedContent(
            version=record.served_version,
            source=kind_of(name),
            content_type=found.content_type,
            size=found.size,
            file_name=file_name,
            data=found.data,
            address=None if found.data is not None else sources.address(key, file_name, address_seconds),
        )
    raise ContentNotKept(
        f"'{doc_hash}' has no source: `bloomweaver reconcile --repair` gives it one, or send the document again"
    )
