"""What the core needs from outside. Adapters implement these; tests have their own in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bloomweaver.audit.entries import AuditEntry
from bloomweaver.models.dead_letter import DeadLetterQueue, LetterInHand
from bloomweaver.models.index_card import IndexCard
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, ErrorDetail, Operation, Status


@dataclass(frozen=True)
class RecordPage:
    """Some records, and the cursor of the page after them if there is one."""

    records: list[DocumentRecord]
    cursor: str | None


@dataclass(frozen=True)
class CountPage:
    """How many records a page of a list has, and the cursor of the page after it if there is one."""

    number: int
    cursor: str | None


class DocumentRecords(Protocol):
    """The documents table. Raises `StorageUnavailable` where it cannot be reached."""

    def get(self, doc_hash: str) -> DocumentRecord | None:
        """The record as it is now (a consistent read)."""

    def get_many(self, doc_hashes: Iterable[str]) -> dict[str, DocumentRecord]:
        """The records that exist, by `doc_hash` (a consistent read)."""

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        """Store `record` if the stored one has the revision of `replaces` (none: there is none). False otherwise.

        An `entry` of the audit log is added with it: both are written, or neither.
        """

    def page(self, status: Status, limit: int, cursor: str | None) -> RecordPage:
        """Records by status, the newest change first. Raises `InvalidCursor`."""

    def count(self, status: Status, cursor: str | None) -> CountPage:
        """How many records of a status there are, as many as the table counts in one go. Raises `InvalidCursor`."""

    def oldest(self, status: Status, before: str, limit: int, cursor: str | None) -> RecordPage:
        """Records by status that were last changed before that time, the oldest change first.

        The list may lag behind the records. Raises `InvalidCursor`.
        """

    def changed(self, status: Status, since: str, limit: int, cursor: str | None) -> RecordPage:
        """Records by status that were last changed at that time or after it, the oldest change first.

        The list may lag behind the records. Raises `InvalidCursor`.
        """

    def leftovers(self, before: str, limit: int, cursor: str | None) -> RecordPage:
        """Records with `has_leftovers`, otherwise as `oldest`."""

    def scan(self, limit: int, cursor: str | None) -> RecordPage:
        """All records in no order, at most `limit` after the record of `cursor` (none: from the start).

        A cursor is the `doc_hash` of the record before the page. Consistent reads. Raises `InvalidCursor`.
        """


@dataclass(frozen=True)
class Epoch:
    """A time in which no document, or part of one, came to be served. Two are the same if both fields are."""

    number: int
    changed_at: str
    """When it began, in the form of `Clock`. A table that is lost counts anew, at other times."""


class Epochs(Protocol):
    """The epoch of what is served. Raises `StorageUnavailable` where it cannot be reached."""

    def advance(self) -> None:
        """Begin a new epoch: lists of candidates from before are good no more."""

    def read(self) -> Epoch | None:
        """The epoch as it is now (a consistent read); none if none was ever begun."""


@dataclass(frozen=True)
class ServedVersion:
    """What a document serves."""

    version: int
    """0 is none."""
    index: str | None
    deleted_version: int = field(default=0, compare=False)
    """Nothing at or below it is ever served again; 0 is none."""


@dataclass(frozen=True)
class Standing:
    """What documents serve, and the epoch, at about the same time."""

    served: dict[str, ServedVersion]
    """By `doc_hash`, of those that have a record."""
    epoch: Epoch | None
    """None where it was not asked for, or cannot be told."""


class Standings(Protocol):
    """Records as far as the check on read needs them, and the epoch with them. Raises `StorageUnavailable`."""

    def read(self, doc_hashes: Iterable[str], *, epoch: bool = False) -> Standing:
        """What the documents serve, and the epoch if it is asked for (consistent reads). One request for fewer than a
        hundred documents. Where the epoch alone cannot be read, it is none."""


@dataclass(frozen=True)
class CacheEntry:
    """Something that search has kept."""

    value: bytes
    expires_at: float
    """In seconds since 1970. The table may give it for longer."""
    epoch: Epoch | None = None
    """The one that was read before the value was made; none for a value that is good in any."""


class SearchCacheTable(Protocol):
    """The table of what search keeps. Raises `StorageUnavailable` for whatever goes wrong with it."""

    def read(self, keys: Sequence[str]) -> tuple[Epoch | None, dict[str, CacheEntry]]:
        """The epoch, and the entries that there are by key, in one request (a consistent read)."""

    def write(self, entries: Mapping[str, CacheEntry]) -> None:
        """Keep entries by key, a few, each in the place of the one that is there, in one request."""


class Indexes(Protocol):
    """The index cards. Raises `StorageUnavailable` where they cannot be reached."""

    def get(self, index: str) -> IndexCard | None:
        """The card as it is now (a consistent read)."""

    def all(self) -> list[IndexCard]:
        """Every card, by name (a consistent read). There are a few."""

    def put(self, card: IndexCard) -> bool:
        """Store `card` if the stored one is of the revision before it (revision 1: there is none). False otherwise."""

    def delete(self, card: IndexCard) -> bool:
        """Remove the card if the stored one is of the same revision. False otherwise."""


@dataclass(frozen=True)
class KeyPage:
    """Some keys of a bucket, and the cursor of the page after them if there is one."""

    keys: list[str]
    cursor: str | None


class Objects(Protocol):
    """A bucket. Raises the adapter's named error where it cannot be reached."""

    def get(self, key: str) -> bytes:
        """The object's bytes. Raises `ObjectMissing`."""

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""

    def put(self, key: str, data: bytes) -> None:
        """Store the object."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The objects that exist, by key."""

    def put_many(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Store all objects, several at a time."""

    def delete_many(self, keys: Sequence[str]) -> None:
        """Remove the objects; one that is not there is none too many."""

    def page_of_keys(self, limit: int, cursor: str | None, *, prefix: str = "") -> KeyPage:
        """The keys that begin with `prefix` in sorted order, at most `limit` (to 1,000) from `cursor` on."""

    def existing(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that an object lies under."""


@dataclass(frozen=True)
class StoredContent:
    """An object with the type it was stored with. It has no `data` where that is larger than was asked for."""

    content_type: str
    size: int
    """In bytes."""
    data: bytes | None


class Sources(Objects, Protocol):
    """The sources bucket: what documents were made of. Raises `StorageUnavailable` where it cannot be reached."""

    def put_content(self, key: str, data: bytes, content_type: str) -> None:
        """Store a source with its type."""

    def open(self, key: str, max_bytes: int) -> StoredContent:
        """The source, with its data if that is no larger than `max_bytes`. Raises `ObjectMissing`."""

    def address(self, key: str, file_name: str, seconds: int) -> str:
        """A URL that gives the source to whoever has it for so long, as a file to save and not to show."""


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


class QueueProgress(Protocol):
    """How far the three queues have been worked off. Raises `StorageUnavailable` where that cannot be asked."""

    def handed_out_until(self, operation: Operation) -> str | None:
        """A time in the form of `Clock`: every message that was sent to the operation's queue before it has been
        received and deleted, or given up on. None if that is not known of any time.

        What is received and not deleted yet counts as lying in the queue.
        """


@dataclass(frozen=True)
class Execution:
    """An execution that was started."""

    status: str
    """As Step Functions has it: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`."""
    stopped_at: str | None = None
    """In the form of `Clock`; none while it runs."""
    error: str | None = None
    """The name of the error that it ended with."""
    cause: str | None = None


class Executions(Protocol):
    """The three state machines. Raises `StorageUnavailable` where they cannot be reached."""

    def start(self, message: OperationMessage) -> None:
        """Start the execution of the message; one that was started already is not started again."""

    def arn_of(self, message: OperationMessage) -> str:
        """The ARN of the message's execution, whether it was started or not."""

    def look_up(self, arn: str) -> Execution | None:
        """How the execution stands; none if it was never started, or too long ago to be known."""


@dataclass(frozen=True)
class QueueDepth:
    """About how many messages lie in a queue: those that can be received, and those that somebody works on."""

    visible: int
    in_flight: int


@dataclass(frozen=True)
class QueuedMessage:
    """A message as it was received. The handle is what it is given back or deleted by."""

    message_id: str
    receipt_handle: str
    body: str
    sent_at: str
    """ISO 8601, UTC."""


class DeadLetterQueues(Protocol):
    """The five dead letter queues. Raises `StorageUnavailable`."""

    def depth(self, queue: DeadLetterQueue) -> QueueDepth:
        """About how much lies in the queue."""

    def receive(self, queue: DeadLetterQueue, visibility_seconds: int) -> list[QueuedMessage]:
        """Some messages, hidden from others for a while; none if the queue has none to give."""

    def give_back(self, queue: DeadLetterQueue, messages: Sequence[QueuedMessage]) -> None:
        """Show the messages again at once."""

    def delete(self, queue: DeadLetterQueue, messages: Sequence[QueuedMessage]) -> None:
        """Take the messages off the queue for good."""


@dataclass(frozen=True)
class Run:
    """An execution that is looked up by its name. `status` is that of Step Functions, in lower case."""

    name: str
    arn: str
    status: str
    error: ErrorDetail | None = None
    stopped_at: str | None = None
    """In the form of `Clock`; none while it runs."""


@dataclass(frozen=True)
class RedriveRun(Run):
    """An execution of the redrive's state machine. `outcomes` are those of its letters, once it has succeeded."""

    outcomes: Sequence[str] = ()


class Runs(Protocol):
    """A state machine whose executions are looked up by name. Raises `StorageUnavailable`."""

    def find(self, name: str) -> Run | None:
        """How far an execution is, if there was one of this name."""


class Redrives(Runs, Protocol):
    """The redrive's state machine."""

    def start(self, queue: DeadLetterQueue, letters: Sequence[LetterInHand]) -> RedriveRun:
        """Start an execution that redrives the letters, which were received from `queue`."""

    def find(self, name: str) -> RedriveRun | None:
        """See `Runs`."""


class Reconciliations(Runs, Protocol):
    """The reconciliation's state machine."""

    def start(self, *, repair: bool, contents: bool) -> Run:
        """Start an execution; see `bloomweaver.reconciliation`."""


class Rebuilds(Runs, Protocol):
    """The rebuild's state machine."""

    def start(self, name: str, source: str) -> Run:
        """Start the execution `name` for documents that are served from the index `source`; see
        `bloomweaver.rebuilding`."""


class Reindexes(Runs, Protocol):
    """The reindex's state machine."""

    def start(self, name: str) -> Run:
        """Start an execution of that name; see `bloomweaver.reindexing`."""


@dataclass(frozen=True)
class Embedded:
    """A vector for each text, in order, and how many tokens the texts had together, where the service says so."""

    vectors: list[list[float]]
    tokens: int | None


class Embedder(Protocol):
    """The embedding service. Raises `EmbeddingUnavailable`, `EmbeddingOverloaded`, `EmbeddingRejected`."""

    def embed(self, texts: Sequence[str]) -> Embedded:
        """The vectors of the texts."""


@dataclass(frozen=True)
class FleetCapacity:
    """How many instances a fleet is asked to have, may have, and has that are in service."""

    desired: int
    maximum: int
    in_service: int


class Fleet(Protocol):
    """The instances of the embedding service. Raises `FleetUnavailable`."""

    def capacity(self) -> FleetCapacity:
        """As it is now."""

    def ask_for(self, instances: int) -> None:
        """Have the fleet hold so many instances, which start some minutes later."""

    def never_ready(self) -> bool:
        """Whether it was put to sleep of late since no instance became ready, and is deployed as it was then."""


@dataclass(frozen=True)
class EncodedQuery:
    """The vector of a query, and in how many windows the model read it: more than one for a query that is too long."""

    vector: Sequence[float]
    windows: int = 1


class QueryEncoder(Protocol):
    """The model, in process, for queries."""

    def encode_query(self, text: str) -> EncodedQuery:
        """The vector of a query of any length."""


class Reranker(Protocol):
    """Puts passages in order by reading each with the query. Raises a `TransientError` or a `PermanentError`."""

    def rerank(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text answers the query, in the order of the texts: higher is better."""


Clock = Callable[[], str]
"""The time now, in ISO 8601 with microseconds, UTC: sorts as text."""
