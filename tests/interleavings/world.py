"""Everything around the executions: the services in memory, the webhook, the queues, the clock, and the functions.

A function that only changes the record is one step. A branch's function reads the record when it is invoked, as it does
in truth, and what it then writes to the index or the backups lands piece by piece, whenever the caller lets it: also
after its execution is over.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bloomweaver import keys
from bloomweaver.audit.entries import AuditEntry
from bloomweaver.documents import lifecycle
from bloomweaver.documents.epoch import RecordsWithEpoch
from bloomweaver.documents.ingest import Ingest
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.documents.transition import transition
from bloomweaver.errors import BodyExpired, StaleSourceVersion, StorageUnavailable, UnknownDocument
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.dead_letter import BranchTask, DeadLetter, StateError, VersionArtifacts
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import ENDED, Branch, DocumentRecord, Operation, StaleVersion
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.passages.chunking import Chunker
from bloomweaver.pipeline import endings, pinecone_branch, s3_branch
from bloomweaver.pipeline.chunk import ChunkTask
from bloomweaver.pipeline.claim import claim
from bloomweaver.pipeline.embed import embed
from bloomweaver.ports import DocumentRecords, Execution
from bloomweaver.recovery.retry import retry
from bloomweaver.recovery.sweep import Found, Sweep, SweepLimits
from bloomweaver.reindexing.mover import Parts
from bloomweaver.sources.contents import Contents
from bloomweaver.sources.keeping import SourceGiver
from bloomweaver.vector_stores.base import VectorStore
from tests.audit.memory_audit import asked
from tests.fakes import (
    INDEX,
    SETTINGS,
    CountingEmbedder,
    MemoryEpochs,
    MemoryIndexes,
    MemoryObjects,
    MemoryRebuilds,
    MemoryRecords,
    MemorySources,
    MemoryUploads,
    MemoryVectors,
    memory_stores,
)
from tests.interleavings.steps import Process, Task

BODY_MAX_BYTES = 10_000
STALE_LIMIT = 2
"""Small, so that a removal takes several rounds."""
SWEEP_AFTER_SECONDS = 600
DEPLOYMENTS = {
    INDEX: SETTINGS,
    "other-chunks": SETTINGS.model_copy(update={"chunk_overlap_tokens": 1}),
    "other-model": SETTINGS.model_copy(update={"model": "other"}),
}
"""What may be deployed, by the name of the index."""
MACHINES = {
    Operation.CREATE: "create",
    Operation.UPDATE: "update",
    Operation.DELETE: "delete",
    Operation.CLEAN: "delete",
}


class Clock:
    """Moves by a millisecond each time it is read, and by more when it is told to."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> str:
        self._now += timedelta(milliseconds=1)
        return self._now.isoformat(timespec="microseconds")

    def pass_by(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass
class Outbox:
    """Implements `OperationQueue` and `QueueProgress`: messages that were sent and are not lost. `fails` lets the next
    one not through."""

    clock: Clock
    messages: list[OperationMessage] = field(default_factory=list)
    fails: bool = False
    _sent: list[tuple[str, OperationMessage]] = field(default_factory=list)

    def send(self, message: OperationMessage) -> None:
        if self.fails:
            raise StorageUnavailable("sending the message")
        self.messages.append(message)
        self._sent.append((self.clock(), message))

    def handed_out_until(self, operation: Operation) -> str | None:
        self._sent = [(at, message) for at, message in self._sent if message in self.messages]
        machine = MACHINES[operation]
        return min((at for at, message in self._sent if MACHINES[message.operation] == machine), default=self.clock())


@dataclass
class Machines:
    """Implements `Executions`: one process a name, for ever."""

    clock: Clock
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, message: OperationMessage) -> None:
        arn = self.arn_of(message)
        if arn not in self.processes:
            given = json.loads(message.model_dump_json())
            self.processes[arn] = Process(MACHINES[message.operation], arn, given)
            self.processes[arn].begin()

    def arn_of(self, message: OperationMessage) -> str:
        return f"arn:{MACHINES[message.operation]}:{message.execution_name}"

    def look_up(self, arn: str) -> Execution | None:
        process = self.processes.get(arn)
        return Execution(process.status, process.stopped_at, process.error) if process else None

    def running(self) -> list[Process]:
        return [process for process in self.processes.values() if process.status == "RUNNING"]

    def note_ends(self) -> None:
        for process in self.processes.values():
            if process.status != "RUNNING" and process.stopped_at is None:
                process.stopped_at = self.clock()


class LateVectors(MemoryVectors):
    """A `VectorStore` on which a writer's changes land later, one chunk at a time."""

    def __init__(self, store: MemoryVectors, landing: list[Any]) -> None:
        super().__init__(store.chunks)
        self._landing = landing

    def upsert(self, chunks: Sequence[IndexedChunk]) -> None:
        self._landing += [lambda chunk=chunk: MemoryVectors.upsert(self, [chunk]) for chunk in chunks]

    def delete(self, ids: Sequence[str]) -> None:
        self._landing += [lambda id_=id_: MemoryVectors.delete(self, [id_]) for id_ in ids]


class LateEpochs(MemoryEpochs):
    """`Epochs` that a writer moves after all that it does before."""

    def __init__(self, epochs: MemoryEpochs, landing: list[Any]) -> None:
        super().__init__(epochs.clock)
        self._epochs = epochs
        self._landing = landing

    def advance(self) -> None:
        self._landing.append(self._epochs.advance)


class LateObjects(MemoryObjects):
    """`Objects` on which a writer's changes land later, one object at a time."""

    def __init__(self, objects: MemoryObjects, landing: list[Any]) -> None:
        super().__init__(objects.objects)
        self._landing = landing

    def put_many(self, objects: Iterable[tuple[str, bytes]]) -> None:
        self._landing += [lambda entry=entry: MemoryObjects.put_many(self, [entry]) for entry in objects]

    def delete_many(self, keys: Sequence[str]) -> None:
        self._landing += [lambda key=key: MemoryObjects.delete_many(self, [key]) for key in keys]


class _AboutToPut(Exception):
    """A function is about to write a source, or a record."""

    def __init__(self, put: Callable[[], object]) -> None:
        super().__init__()
        self.put = put


class LateRecords(MemoryRecords):
    """`DocumentRecords` that a writer is about to change."""

    def __init__(self, records: MemoryRecords) -> None:
        super().__init__(records.records)

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        raise _AboutToPut(lambda: MemoryRecords.put(self, record, replaces, entry))


class LateSources(MemorySources):
    """`Sources` on which a writer's changes land later, one object at a time."""

    def __init__(self, sources: MemorySources, landing: list[Any]) -> None:
        super().__init__(sources.objects, sources.types)
        self._landing = landing

    def put_content(self, key: str, data: bytes, content_type: str) -> None:
        raise _AboutToPut(lambda: MemorySources.put_content(self, key, data, content_type))

    def delete_many(self, keys: Sequence[str]) -> None:
        self._landing += [lambda key=key: MemorySources.delete_many(self, [key]) for key in keys]


@cache
def _chunker() -> Chunker:
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()  # type: ignore[assignment]
    return Chunker(tokenizer, 8, 0)


class World:
    """The services, and what the webhook, the dispatch function, the tasks and the sweep do on them."""

    def __init__(self, attempts_max: int) -> None:
        self.attempts_max = attempts_max
        self.clock = Clock()
        self.records = MemoryRecords()
        self.epochs = MemoryEpochs(self.clock)
        self.table = RecordsWithEpoch(self.records, self.epochs)
        """The records, as the functions have them."""
        self.objects = MemoryObjects()
        self.indexes = MemoryIndexes()
        self.backups = MemoryObjects()
        self.sources = MemorySources()
        self.vectors = {index: MemoryVectors() for index in DEPLOYMENTS}
        self.deployed = INDEX
        self.outbox = Outbox(self.clock)
        self.machines = Machines(self.clock)
        self.letters: list[DeadLetter] = []
        self.rebuilds = MemoryRebuilds()

    def post(self, doc_hash: str, passages: Sequence[str], *, message_lost: bool) -> None:
        """A client's request: the passages as its text, a DELETE without any. It may crash before the message."""
        body: dict[str, Any] = {"operation": "UPDATE" if passages else "DELETE", "doc_hash": doc_hash}
        if passages:
            body |= {"content_type": "text/plain", "content": "\n\n".join(passages)}
        ingest = Ingest(
            self.table, self.objects, MemoryUploads(self.objects), self.outbox, self.clock, upload_max_bytes=1000
        )
        self.outbox.fails = message_lost
        try:
            ingest.accept(WebhookBody.model_validate(body), json.dumps(body).encode(), asked())
        except (UnknownDocument, StaleSourceVersion, StorageUnavailable):
            pass  # the client's to handle; what counts is the record
        finally:
            self.outbox.fails = False

    def stores(self, landing: list[Any] | None = None) -> IndexStores:
        """The indexes, for a function of what is deployed now. With `landing`, what it writes lands later."""
        names = sorted(self.vectors, key=lambda index: index != self.deployed)
        vectors: dict[str, VectorStore] = {
            index: self.vectors[index] if landing is None else LateVectors(self.vectors[index], landing)
            for index in names
        }
        return memory_stores(vectors, self.indexes, DEPLOYMENTS[self.deployed])

    def move(self, doc_hash: str, index: str) -> StaleVersion | None:
        """Copy the served version's vectors to another index, and serve it from there, as a rebuild does."""
        record = self.record(doc_hash)
        ids = list(keys.vector_ids(doc_hash, record.served_version, record.chunk_count))
        self.vectors[index].upsert([self.vectors[str(record.index)].chunks[id_] for id_ in ids])
        return transition(
            self.table, doc_hash, lambda current: lifecycle.moved(current, record.served_version, index, self.clock())
        )

    def mover_parts(self) -> Parts:
        """What a reindex to what is deployed now reads and writes."""
        stores = self.stores()
        giver = SourceGiver(self.table, self.contents(), self.sources, self.backups, stores)
        return Parts(self.table, self.indexes, stores, self.objects, self.sources, self.outbox, giver, self.rebuilds)

    def contents(self) -> Contents:
        """What versions are made of."""
        uploads = MemoryUploads(self.objects)
        return Contents(self.objects, uploads, self.sources, body_max_bytes=BODY_MAX_BYTES, upload_max_bytes=1000)

    def expire_requests(self) -> None:
        """The artifacts bucket forgets every request that is not of an operation under way."""
        records = self.records.records.values()
        # An operation that was accepted again may be of an old request, and is made of a source.
        under_way = {record.artifact for record in records if record.status not in ENDED and not record.kept_version}
        for key in [key for key in self.objects.objects if key.startswith("raw/") and key not in under_way]:
            del self.objects.objects[key]

    def make_old(self, doc_hash: str) -> None:
        """The document is as if it had been indexed before sources were kept."""
        record = self.record(doc_hash)
        self.records.records[doc_hash] = record.model_copy(update={"sources": {}, "revision": record.revision + 1})
        for key in [key for key in self.sources.objects if key.startswith(f"{doc_hash}/")]:
            del self.sources.objects[key]

    def retry(self, doc_hash: str) -> None:
        """Somebody retries a document that failed."""
        try:
            retry(
                self.table, self.objects, self.sources, self.outbox, self.clock, doc_hash=doc_hash,
                asked=asked("retry"), body_max_bytes=BODY_MAX_BYTES,
            )  # fmt: skip
        except BodyExpired:
            # It failed before it had a source.
            record = self.record(doc_hash)
            assert not record.kept_version
            assert not any(key.startswith(f"{doc_hash}/v{record.version:06d}/") for key in self.sources.types)

    def sweep(self) -> dict[Found, int]:
        """A sweep with all the time it wants."""
        limits = SweepLimits(after_seconds=SWEEP_AFTER_SECONDS, attempts_max=self.attempts_max, each_max=100)
        return Sweep(self.table, self.outbox, self.outbox, self.machines, self.clock, limits).run(3600)

    def run_function(self, task: Task) -> Any:
        """Invoke the task's function for as far as it is one step; a branch's then has things `under_way`.

        Returns its answer. Raises what the function raises.
        """
        if not task.function:
            self.letters.append(DeadLetter.model_validate(task.payload))
            return {}
        task.under_way = []
        return getattr(self, f"_{task.function}")(task, **task.payload)

    def _Claim(self, _: Task, operation: str, correlation_id: str, **given: Any) -> Any:  # noqa: N802  named as in the template, here and below
        ending = claim(self.table, self.clock, operation=Operation(operation), stale_limit=STALE_LIMIT, **given)
        return ending.model_dump(mode="json")

    def _Chunk(self, invoked: Task, doc_hash: str, version: int, attempt: int, **given: Any) -> Any:  # noqa: N802
        assert invoked.under_way is not None

        def run(sources: MemorySources) -> Any:
            chunk = ChunkTask(
                self.table, self.objects, self.contents(), sources, self.backups, self.indexes, self.stores(),
                self.clock, _chunker(), index=self.deployed, settings=DEPLOYMENTS[self.deployed], batch_size=1,
                batches_max=40,
            )  # fmt: skip
            return chunk.run(doc_hash, version, attempt).model_dump(mode="json")

        try:
            run(LateSources(self.sources, invoked.under_way))
        except _AboutToPut as about:
            invoked.under_way.append(about.put)
        # Once the source is there, the rest of it is one step.
        return lambda: run(self.sources)

    def _Embed(self, _: Task, doc_hash: str, version: int, batch: int, **given: Any) -> Any:  # noqa: N802
        embedded = embed(
            self.objects, CountingEmbedder(), doc_hash=doc_hash, version=version, batch=batch, model=given["model"],
            index=given["index"], settings=DEPLOYMENTS[self.deployed], request_size=2,
        )  # fmt: skip
        return {"embedded": embedded}

    def _PineconeWriter(self, invoked: Task, task: str, doc_hash: str, version: int, **given: Any) -> Any:  # noqa: N802
        assert invoked.under_way is not None
        stores = self.stores(invoked.under_way)
        if BranchTask(task) is BranchTask.REMOVE:
            pinecone_branch.remove(
                stores, LateEpochs(self.epochs, invoked.under_way), doc_hash=doc_hash, stale=_stale(given)
            )
            return {"outcome": "removed"}
        pinecone_branch.write(
            self.table, self.objects, stores, doc_hash=doc_hash, version=version,
            version_artifacts=VersionArtifacts.model_validate(given["artifacts"]),
        )  # fmt: skip
        return {"outcome": "written"}

    def _S3Writer(self, invoked: Task, task: str, doc_hash: str, version: int, **given: Any) -> Any:  # noqa: N802
        assert invoked.under_way is not None
        backups = LateObjects(self.backups, invoked.under_way)
        if BranchTask(task) is BranchTask.REMOVE:
            sources = LateSources(self.sources, invoked.under_way)
            s3_branch.remove(backups, sources, doc_hash=doc_hash, stale=_stale(given))
            return {"outcome": "removed"}
        s3_branch.write(
            self.table, self.objects, backups, doc_hash=doc_hash, version=version,
            version_artifacts=VersionArtifacts.model_validate(given["artifacts"]),
        )  # fmt: skip
        return {"outcome": "written"}

    def _Publish(self, invoked: Task, doc_hash: str, version: int, attempt: int, **given: Any) -> Any:  # noqa: N802
        assert invoked.under_way is not None

        def run(records: DocumentRecords) -> Any:
            ending = endings.publish(
                records, self.clock, doc_hash=doc_hash, version=version, attempt=attempt, results=_results(given),
                model=given["model"], index=given["index"], stale_limit=STALE_LIMIT,
            )  # fmt: skip
            return ending.model_dump(mode="json")

        try:
            # The epoch moves, and the record is written, in two steps.
            run(RecordsWithEpoch(LateRecords(self.records), self.epochs))
        except _AboutToPut as about:
            invoked.under_way.append(about.put)
        return lambda: run(self.table)

    def _Settle(self, _: Task, operation: str, doc_hash: str, version: int, attempt: int, **given: Any) -> Any:  # noqa: N802
        ending = endings.settle(
            self.table, self.clock, operation=Operation(operation), doc_hash=doc_hash, version=version,
            attempt=attempt, removed=_stale(given), results=_results(given), stale_limit=STALE_LIMIT,
        )  # fmt: skip
        return ending.model_dump(mode="json")

    def _RecordFailure(self, _: Task, operation: str, error: Any, correlation_id: str, **given: Any) -> Any:  # noqa: N802
        state_error = StateError.model_validate(error)
        endings.record_failure(self.table, self.clock, operation=Operation(operation), error=state_error, **given)
        return {}

    def record(self, doc_hash: str) -> DocumentRecord:
        """The record of a document that has one."""
        return self.records.records[doc_hash]


def _results(given: dict[str, Any]) -> dict[Branch, BranchResult]:
    return {Branch(name): BranchResult.model_validate(result) for name, result in given["branches"].items()}


def _stale(given: dict[str, Any]) -> list[StaleVersion]:
    return [StaleVersion.model_validate(entry) for entry in given["stale"]]
