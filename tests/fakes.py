"""The core's ports in memory: what the services promise, without the services."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bloomweaver.analysis import ANALYSER_VERSION
from bloomweaver.audit.entries import AuditEntry
from bloomweaver.errors import ObjectMissing, StorageUnavailable, UploadTooLarge
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Candidate, Hit, IndexedChunk
from bloomweaver.models.dead_letter import DeadLetterQueue, LetterInHand
from bloomweaver.models.folder_path import is_within
from bloomweaver.models.index_card import IndexCard, IndexSettings
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import (
    CacheEntry,
    CountPage,
    Embedded,
    Epoch,
    FleetCapacity,
    KeyPage,
    QueueDepth,
    QueuedMessage,
    RecordPage,
    RedriveRun,
    Run,
    ServedVersion,
    Standing,
    StoredContent,
)
from bloomweaver.vector_stores.base import Filter, IdPage, VectorStore

INDEX = "bloomweaver"
"""The index of most documents in the tests."""
MODEL = "minilm"
COUNTED_IN_ONE_GO = 100
SETTINGS = IndexSettings(
    model=MODEL, dimension=2, chunk_max_tokens=8, chunk_overlap_tokens=0, analyser_version=ANALYSER_VERSION
)


@dataclass
class MemoryRecords:
    """Implements `DocumentRecords`. `lose_races` lets another writer win that many times."""

    records: dict[str, DocumentRecord] = field(default_factory=dict)
    lose_races: int = 0
    entries: list[AuditEntry] = field(default_factory=list)
    """Of the audit log: those that were put with a record."""

    def get(self, doc_hash: str) -> DocumentRecord | None:
        return self.records.get(doc_hash)

    def get_many(self, doc_hashes: Iterable[str]) -> dict[str, DocumentRecord]:
        return {doc_hash: self.records[doc_hash] for doc_hash in doc_hashes if doc_hash in self.records}

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        current = self.records.get(record.doc_hash)
        if self.lose_races and current is not None:
            self.lose_races -= 1
            self.records[record.doc_hash] = current.model_copy(update={"revision": current.revision + 1})
            return False
        if (current.revision if current else None) != (replaces.revision if replaces else None):
            return False
        self.records[record.doc_hash] = record
        if entry is not None:
            self.entries.append(entry)
        return True

    def page(self, status: Status, limit: int, cursor: str | None) -> RecordPage:
        raise NotImplementedError("listing is DynamoDB's: see the adapter's tests")

    def count(self, status: Status, cursor: str | None) -> CountPage:
        chosen = (name for name, record in self.records.items() if record.status is status)
        names, following = _page(chosen, COUNTED_IN_ONE_GO, cursor)
        return CountPage(len(names), following)

    def scan(self, limit: int, cursor: str | None) -> RecordPage:
        names, following = _page(self.records, limit, cursor)
        return RecordPage([self.records[name] for name in names], following)

    def oldest(self, status: Status, before: str, limit: int, cursor: str | None) -> RecordPage:
        return self._oldest(lambda record: record.status is status, before, limit, cursor)

    def changed(self, status: Status, since: str, limit: int, cursor: str | None) -> RecordPage:
        listed = (record for record in self.records.values() if record.status is status and record.updated_at >= since)
        in_order = [record.doc_hash for record in sorted(listed, key=lambda record: record.updated_at)]
        start = in_order.index(cursor) + 1 if cursor is not None else 0
        names = in_order[start : start + limit]
        more = len(in_order) > start + limit
        return RecordPage([self.records[name] for name in names], names[-1] if more else None)

    def leftovers(self, before: str, limit: int, cursor: str | None) -> RecordPage:
        return self._oldest(lambda record: record.has_leftovers, before, limit, cursor)

    def _oldest(
        self, chosen: Callable[[DocumentRecord], bool], before: str, limit: int, cursor: str | None
    ) -> RecordPage:
        found = sorted(
            (r for r in self.records.values() if chosen(r) and (cursor or "") < r.updated_at < before),
            key=lambda record: record.updated_at,
        )
        return RecordPage(found[:limit], found[limit - 1].updated_at if len(found) > limit else None)


@dataclass
class MemoryEpochs:
    """Implements `Epochs`. `failing` lets none begin, and none be read."""

    clock: Callable[[], str] = lambda: "2026-01-01T00:00:00.000000+00:00"
    epoch: Epoch | None = None
    failing: bool = False

    def advance(self) -> None:
        self.check()
        self.epoch = Epoch(self.number + 1, self.clock())

    def read(self) -> Epoch | None:
        self.check()
        return self.epoch

    @property
    def number(self) -> int:
        """How often one was begun."""
        return self.epoch.number if self.epoch else 0

    def check(self) -> None:
        """Raise what there is to raise."""
        if self.failing:
            raise StorageUnavailable("the table of the epoch cannot be reached")


@dataclass
class MemoryStandings:
    """Implements `Standings` on records and the epoch."""

    records: "MemoryRecords"
    epochs: MemoryEpochs
    reads: list[tuple[list[str], bool]] = field(default_factory=list)
    """The documents of each request, and whether the epoch was asked for."""

    def read(self, doc_hashes: Iterable[str], *, epoch: bool = False) -> Standing:
        self.reads.append((sorted(doc_hashes), epoch))
        found = self.records.get_many(self.reads[-1][0])
        served = {
            name: ServedVersion(record.served_version, record.index, record.deleted_version)
            for name, record in found.items()
        }
        return Standing(served, self.epochs.epoch if epoch and not self.epochs.failing else None)


@dataclass
class MemorySearchCacheTable:
    """Implements `SearchCacheTable`, beside the epoch. `reads` are the keys of each request; `failing` refuses all."""

    epochs: MemoryEpochs
    entries: dict[str, CacheEntry] = field(default_factory=dict)
    reads: list[list[str]] = field(default_factory=list)
    failing: bool = False

    def read(self, keys: Sequence[str]) -> tuple[Epoch | None, dict[str, CacheEntry]]:
        self.reads.append(list(keys))
        self._check()
        return self.epochs.read(), {key: self.entries[key] for key in keys if key in self.entries}

    def write(self, entries: Mapping[str, CacheEntry]) -> None:
        self._check()
        self.entries |= entries

    def _check(self) -> None:
        if self.failing:
            raise StorageUnavailable("the table of the cache cannot be reached")


@dataclass
class MemoryObjects:
    """Implements `Objects`."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise ObjectMissing(key)
        return self.objects[key]

    def exists(self, key: str) -> bool:
        return key in self.objects

    def put(self, key: str, data: bytes) -> None:
        self.objects[key] = data

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        return {key: self.objects[key] for key in keys if key in self.objects}

    def put_many(self, objects: Iterable[tuple[str, bytes]]) -> None:
        self.objects.update(objects)

    def delete_many(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def page_of_keys(self, limit: int, cursor: str | None, *, prefix: str = "") -> KeyPage:
        return KeyPage(*_page((key for key in self.objects if key.startswith(prefix)), limit, cursor))

    def existing(self, keys: Sequence[str]) -> set[str]:
        return self.objects.keys() & set(keys)


@dataclass
class MemorySources(MemoryObjects):
    """Implements `Sources`."""

    types: dict[str, str] = field(default_factory=dict)

    def put_content(self, key: str, data: bytes, content_type: str) -> None:
        self.put_many([(key, data)])
        self.types[key] = content_type

    def open(self, key: str, max_bytes: int) -> StoredContent:
        data = self.get(key)
        return StoredContent(self.types[key], len(data), data if len(data) <= max_bytes else None)

    def address(self, key: str, file_name: str, seconds: int) -> str:
        return f"memory://{key}?as={file_name}&for={seconds}"


@dataclass
class MemoryUploads:
    """Implements `Uploads` on the objects of a bucket."""

    objects: MemoryObjects

    def presign(self, key: str, size: int) -> str:
        return f"memory://{key}?size={size}"

    def get(self, key: str, max_bytes: int) -> bytes:
        data = self.objects.get(key)
        if len(data) > max_bytes:
            raise UploadTooLarge(f"{len(data)} bytes; {max_bytes} are the most")
        return data


@dataclass
class MemoryQueue:
    """Implements `OperationQueue`, and `QueueProgress` as a test sets it. `asked` are the queues it was asked for."""

    messages: list[OperationMessage] = field(default_factory=list)
    handed_out: dict[Operation, str | None] = field(default_factory=dict)
    asked: list[Operation] = field(default_factory=list)

    def handed_out_until(self, operation: Operation) -> str | None:
        self.asked.append(operation)
        return self.handed_out[operation]

    def send(self, message: OperationMessage) -> None:
        self.messages.append(message)


@dataclass
class MemoryDeadLetterQueues:
    """Implements `DeadLetterQueues`. A message that was received is hidden until it is given back."""

    waiting: dict[DeadLetterQueue, list[QueuedMessage]] = field(default_factory=lambda: defaultdict(list))
    in_flight: dict[DeadLetterQueue, list[QueuedMessage]] = field(default_factory=lambda: defaultdict(list))

    def add(self, queue: DeadLetterQueue, body: str, sent_at: str = "2026-01-01T00:00:00.000000+00:00") -> str:
        """Put a message in the queue. Returns its id."""
        message_id = f"message-{sum(map(len, (*self.waiting.values(), *self.in_flight.values())))}"
        self.waiting[queue].append(QueuedMessage(message_id, f"receipt-of-{message_id}", body, sent_at))
        return message_id

    def depth(self, queue: DeadLetterQueue) -> QueueDepth:
        return QueueDepth(len(self.waiting[queue]), len(self.in_flight[queue]))

    def receive(self, queue: DeadLetterQueue, visibility_seconds: int) -> list[QueuedMessage]:
        received, self.waiting[queue] = self.waiting[queue][:10], self.waiting[queue][10:]
        self.in_flight[queue] += received
        return received

    def give_back(self, queue: DeadLetterQueue, messages: Sequence[QueuedMessage]) -> None:
        self.delete(queue, messages)
        self.waiting[queue] += messages

    def delete(self, queue: DeadLetterQueue, messages: Sequence[QueuedMessage]) -> None:
        self.in_flight[queue] = [message for message in self.in_flight[queue] if message not in messages]


@dataclass
class MemoryRedrives:
    """Implements `Redrives`: keeps what was started. `failing` refuses every start from that one on."""

    started: list[list[LetterInHand]] = field(default_factory=list)
    failing: int | None = None

    def start(self, queue: DeadLetterQueue, letters: Sequence[LetterInHand]) -> RedriveRun:
        if len(self.started) == self.failing:
            raise StorageUnavailable("Step Functions cannot be reached")
        self.started.append(list(letters))
        return RedriveRun(f"{queue}-{len(self.started)}", "arn", "running")

    def find(self, name: str) -> RedriveRun | None:
        raise NotImplementedError("executions are Step Functions': see the handler's tests")


@dataclass
class MemoryRebuilds:
    """Implements `Rebuilds`: executions, their status and end by name. `failing` refuses to start any."""

    runs: dict[str, str] = field(default_factory=dict)
    stopped_at: dict[str, str] = field(default_factory=dict)
    failing: bool = False

    def start(self, name: str, source: str) -> Run:
        if self.failing:
            raise StorageUnavailable("Step Functions cannot be reached")
        self.runs[name] = "running"
        return Run(name, "arn", "running")

    def find(self, name: str) -> Run | None:
        if name not in self.runs:
            return None
        return Run(name, "arn", self.runs[name], stopped_at=self.stopped_at.get(name))


@dataclass
class MemoryVectors:
    """Implements `VectorStore` with the dot product of short vectors, and no filters.

    `goes_late` keeps it there when it is dropped.
    """

    chunks: dict[str, IndexedChunk] = field(default_factory=dict)
    dropped: bool = False
    goes_late: bool = False

    def create(self) -> None:
        pass

    def drop(self) -> None:
        self.chunks.clear()
        self.dropped = True

    def exists(self) -> bool:
        return not self.dropped or self.goes_late

    def upsert(self, chunks: Sequence[IndexedChunk]) -> None:
        self.chunks.update({chunk.id: chunk for chunk in chunks})

    def delete(self, ids: Sequence[str]) -> None:
        for id_ in ids:
            self.chunks.pop(id_, None)

    def query(
        self, vector: Sequence[float], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        scored = [
            Candidate(
                score=sum(a * b for a, b in zip(vector, chunk.vector, strict=True)),
                **chunk.model_dump(include={"id", "doc_hash", "version"}),
            )
            for chunk in self._within(folder)
        ]
        return sorted(scored, key=lambda hit: (-hit.score, hit.id))[:top_k]

    def query_keywords(
        self, terms: Sequence[str], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        found = [
            Candidate(score=float(number), **chunk.model_dump(include={"id", "doc_hash", "version"}))
            for chunk in self._within(folder)
            if (number := sum(term in chunk.keywords.split() for term in terms))
        ]
        return sorted(found, key=lambda hit: (-hit.score, hit.id))[:top_k]

    def _within(self, folder: str | None) -> list[IndexedChunk]:
        return [chunk for chunk in self.chunks.values() if folder is None or is_within(chunk.folder, folder)]

    def cosines(self, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
        return {hit.id: hit.score for hit in self.query(vector, len(self.chunks)) if hit.id in ids}

    def complete(self, candidates: Sequence[Candidate]) -> list[Hit]:
        there = [candidate for candidate in candidates if candidate.id in self.chunks]
        shown = {"vector", "keywords"}
        return [Hit(score=each.score, **self.chunks[each.id].model_dump(exclude=shown)) for each in there]

    def ids(self, doc_hash: str) -> list[str]:
        return sorted(id_ for id_, chunk in self.chunks.items() if chunk.doc_hash == doc_hash)

    def page_of_ids(self, limit: int, cursor: str | None) -> IdPage:
        return IdPage(*_page(self.chunks, limit, cursor))

    def existing(self, ids: Sequence[str]) -> set[str]:
        return self.chunks.keys() & set(ids)


@dataclass
class MemoryIndexes:
    """Implements `Indexes`."""

    cards: dict[str, IndexCard] = field(default_factory=dict)

    def get(self, index: str) -> IndexCard | None:
        return self.cards.get(index)

    def all(self) -> list[IndexCard]:
        return sorted(self.cards.values(), key=lambda card: card.index_name)

    def put(self, card: IndexCard) -> bool:
        current = self.cards.get(card.index_name)
        if (current.revision if current else 0) != card.revision - 1:
            return False
        self.cards[card.index_name] = card
        return True

    def delete(self, card: IndexCard) -> bool:
        if self.cards.get(card.index_name) != card:
            return False
        del self.cards[card.index_name]
        return True


def memory_stores(
    stores: VectorStore | dict[str, VectorStore],
    indexes: MemoryIndexes | None = None,
    settings: IndexSettings = SETTINGS,
) -> IndexStores:
    """The stores by the name of their index, the deployment's own first; one store alone is that of `INDEX`."""
    by_name = stores if isinstance(stores, dict) else {INDEX: stores}
    return IndexStores(indexes or MemoryIndexes(), lambda name, _: by_name[name], next(iter(by_name)), settings)


@dataclass
class CountingEmbedder:
    """Implements `Embedder`: the vector of a text is its length and one. Keeps what it was asked to embed."""

    texts: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Embedded:
        self.texts.extend(texts)
        return Embedded([[float(len(text)), 1.0] for text in texts], tokens=None)


class Ticks:
    """A clock that moves on by a second each time it is read."""

    def __init__(self) -> None:
        self._seconds = 0

    def __call__(self) -> str:
        self._seconds += 1
        return f"2026-01-01T00:{self._seconds // 60:02d}:{self._seconds % 60:02d}.000000+00:00"


def _page(names: Iterable[str], limit: int, cursor: str | None) -> tuple[list[str], str | None]:
    """The names after `cursor` in sorted order, at most `limit`, and the cursor of those after them."""
    following = sorted(name for name in names if cursor is None or name > cursor)
    return following[:limit], following[limit - 1] if len(following) > limit else None


@dataclass
class MemoryFleet:
    """Implements `Fleet`. `asked` is every number of instances that it was asked for."""

    desired: int = 0
    maximum: int = 4
    in_service: int = 0
    broken: bool = False
    """Whether none of its instances became ready."""
    asked: list[int] = field(default_factory=list)

    def never_ready(self) -> bool:
        return self.broken

    def capacity(self) -> FleetCapacity:
        return FleetCapacity(self.desired, self.maximum, self.in_service)

    def ask_for(self, instances: int) -> None:
        self.asked.append(instances)
        self.desired = instances
