"""What the core needs from outside. Adapters implement these; tests have their own in memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Status


@dataclass(frozen=True)
class RecordPage:
    """Some records, and the cursor of the page after them if there is one."""

    records: list[DocumentRecord]
    cursor: str | None


class DocumentRecords(Protocol):
    """The documents table. Raises `StorageUnavailable` where it cannot be reached."""

    def get(self, doc_hash: str) -> DocumentRecord | None:
        """The record as it is now (a consistent read)."""

    def get_many(self, doc_hashes: Iterable[str]) -> dict[str, DocumentRecord]:
        """The records that exist, by `doc_hash` (a consistent read)."""

    def put(self, record: DocumentRecord, expected_revision: int | None) -> bool:
        """Store `record` if the stored one has `expected_revision` (none: there is none). False otherwise."""

    def page(self, status: Status, limit: int, cursor: str | None) -> RecordPage:
        """Records by status, the newest change first. Raises `InvalidCursor`."""


class Objects(Protocol):
    """A bucket. Raises the adapter's named error where it cannot be reached."""

    def get(self, key: str) -> bytes:
        """The object's bytes. Raises `ObjectMissing`."""

    def put(self, key: str, data: bytes) -> None:
        """Store the object."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The objects that exist, by key."""

    def put_many(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Store all objects, several at a time."""

    def delete_many(self, keys: Sequence[str]) -> None:
        """Remove the objects; one that is not there is none too many."""


class Uploads(Protocol):
    """Contents that clients put into the artifacts bucket themselves."""

    def presign(self, key: str, size: int) -> str:
        """A URL that takes one PUT of exactly `size` bytes for a while."""

    def get(self, key: str, max_bytes: int) -> bytes:
        """The uploaded bytes. Raises `ObjectMissing` or `UploadTooLarge`."""


class OperationQueue(Protocol):
    """The three queues."""

    def send(self, message: OperationMessage) -> None:
        """Put the message on the queue of its operation. Raises `StorageUnavailable`."""


class Executions(Protocol):
    """The three state machines."""

    def start(self, message: OperationMessage) -> None:
        """Start the execution of the message; one that was started already is not started again."""


class Embedder(Protocol):
    """The embedding service. Raises `EmbeddingUnavailable`, `EmbeddingOverloaded`, `EmbeddingRejected`."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text, in order."""


class QueryEncoder(Protocol):
    """The model, in process, for queries."""

    def encode_query(self, text: str) -> list[float]:
        """The vector of a query."""


Clock = Callable[[], str]
"""The time now, in ISO 8601 with microseconds, UTC: sorts as text."""
