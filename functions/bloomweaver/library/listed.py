"""What the lists have of a document, and under which keys.

A document has an entry in each list that it belongs to: of its own folder, and of every folder above, sorted by title
and sorted by time. Documents that failed, or whose backups did, have lists of their own, since a person looks for them
among many others; those on their way are in the same lists as the indexed ones, so that a document which only gets on
its way changes no list.
"""

import re
import unicodedata
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bloomweaver.models import folder_path
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import DocumentRecord, Operation, Status

KEY_BYTES = 700
"""DynamoDB takes sort keys of 1,024 bytes, and the document's id comes behind."""
_END = "\0"
"""Sorts before every character of a title: a title stands before the longer ones that begin with it."""


class Order(StrEnum):
    """How a list is sorted."""

    TITLE = "title"
    """From A to Z, capitals and small letters alike."""
    TIME = "time"
    """The operation that was accepted last comes first."""


class Scope(StrEnum):
    """Which documents of a folder a list has."""

    DIRECT = "direct"
    BELOW = "below"
    """Those in it, and in all folders below it."""


class Standing(StrEnum):
    """Which documents share a list."""

    FINE = "fine"
    """Those that are indexed, or on their way."""
    PARTIAL = "partial"
    FAILED = "failed"


_STANDINGS = {Status.FAILED: Standing.FAILED, Status.PARTIAL: Standing.PARTIAL}


class Listed(BaseModel):
    """What the lists have of a document."""

    model_config = ConfigDict(frozen=True)

    folder: str
    title_key: str
    time: str
    """When its latest operation was accepted."""
    standing: Standing
    origin: Origin | None = None

    @classmethod
    def of(cls, record: DocumentRecord) -> "Listed | None":
        """Of a document as its record is; none of a deleted one, which is in no list."""
        if record.operation is Operation.DELETE:
            return None
        return cls(
            folder=record.folder,
            title_key=title_key(record.title or record.doc_hash),
            time=record.accepted_at or record.created_at,
            standing=_STANDINGS.get(record.status, Standing.FINE),
            origin=record.origin,
        )

    def entries(self, doc_hash: str) -> set["Entry"]:
        """Its places in the lists."""
        by = {Order.TITLE: self.title_key, Order.TIME: self.time}
        scopes = [(Scope.DIRECT, self.folder), *((Scope.BELOW, holder) for holder in folder_path.holders(self.folder))]
        found = {
            Entry(partition(order, scope, self.standing, folder), f"{sort}{_END}{doc_hash}")
            for order, sort in by.items()
            for scope, folder in scopes
        }
        if self.origin is not None:
            found.add(Entry(origin_partition(self.origin.name), f"{_shortened(self.origin.path)}{_END}{doc_hash}"))
        return found

    def is_in(self, folder: str, scope: Scope) -> bool:
        """Whether a list of that folder has it."""
        return self.folder == folder if scope is Scope.DIRECT else folder_path.is_within(self.folder, folder)


class Entry(BaseModel):
    """A place in a list: the keys of an item."""

    model_config = ConfigDict(frozen=True)

    partition: str
    sort: str

    def __init__(self, partition: str, sort: str) -> None:
        super().__init__(partition=partition, sort=sort)

    @property
    def doc_hash(self) -> str:
        """The document that it is of."""
        return self.sort.rpartition(_END)[2]


def partition(order: Order, scope: Scope, standing: Standing, folder: str) -> str:
    """The key of a list."""
    return f"{order}:{scope}:{standing}:{folder}"


def origin_partition(name: str) -> str:
    """The key of the list of a sync's documents, sorted by their paths."""
    return f"origin:{name}"


def title_key(title: str) -> str:
    """What a title sorts by: with equal letters alike, and as long as a key may be."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    words = re.sub(r"[\s\0]+", " ", folded).strip()
    return _shortened(words)


def _shortened(text: str) -> str:
    return text.encode()[:KEY_BYTES].decode(errors="ignore")
