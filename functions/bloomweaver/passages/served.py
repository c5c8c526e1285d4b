"""The passages of what is served, in the order of the document, as they were cut: from their backups."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver import keys
from bloomweaver.documents.lookup import known_document
from bloomweaver.errors import NotServed
from bloomweaver.models.backup import Backup
from bloomweaver.ports import DocumentRecords, Objects

LOOKS = 3
"""How often the record is read anew because the version that it served was replaced and removed meanwhile."""


class PassagesRequest(BaseModel):
    """The query parameters of GET /documents/{doc_hash}/passages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Annotated[int, Field(ge=0)] = 0
    """The first passage of the page, by its place in the document, from 0."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    """Passages in a page, at most."""


class ServedPassage(BaseModel):
    """A passage of a document, as search knows it."""

    model_config = ConfigDict(frozen=True)

    index: int
    """Its place in the document, from 0."""
    chunk_id: str
    text: str
    heading: str | None
    """The path of titles above it."""
    page: int | None
    """The page that it starts on, from 1, if the document has pages."""


class PassagePage(BaseModel):
    """Some passages of a document, in its order."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    version: int
    """The version that is served. Pages of another one do not belong together."""
    count: int
    """The passages that the version has."""
    passages: list[ServedPassage]
    missing: list[int]
    """Places in this page whose passages have no backup, such as those that wait in a dead letter queue."""
    next_start: int | None
    """`start` of the next page; null on the last one."""


def served_passages(records: DocumentRecords, backups: Objects, doc_hash: str, request: PassagesRequest) -> PassagePage:
    """A page of the passages of the version that is served now.

    Raises `UnknownDocument`, `NotServed` of a document that serves no version, such as a deleted one,
    `StorageUnavailable` and `BackupUnavailable`.
    """
    page = _page(records, backups, doc_hash, request)
    for _ in range(LOOKS - 1):
        # Where one is missing, its version may have been replaced and removed meanwhile.
        if not page.missing or known_document(records, doc_hash).served_version == page.version:
            break
        page = _page(records, backups, doc_hash, request)
    return page


def _page(records: DocumentRecords, backups: Objects, doc_hash: str, request: PassagesRequest) -> PassagePage:
    record = known_document(records, doc_hash)
    version, count = record.served_version, record.chunk_count
    if not version:
        raise NotServed(f"no version of '{doc_hash}' is served; its latest operation is {record.status}")
    stop = min(request.start + request.limit, count)
    by_key = {keys.backup_key(doc_hash, version, index): index for index in range(request.start, stop)}
    found = backups.get_many(list(by_key))
    passages = [_passage(found[key]) for key in by_key if key in found]
    return PassagePage(
        doc_hash=doc_hash,
        version=version,
        count=count,
        passages=passages,
        missing=[index for key, index in by_key.items() if key not in found],
        next_start=stop if stop < count else None,
    )


def _passage(data: bytes) -> ServedPassage:
    backup = Backup.model_validate_json(data)
    return ServedPassage(
        index=backup.index, chunk_id=backup.chunk_id, text=backup.text, heading=backup.heading, page=backup.page
    )
