"""`python -m benchmarks.reconcile`: how long a reconciliation takes, and how much memory.

Tables, index and buckets are filled directly, through the adapters. Then one process reconciles them as the function
does, every backup read, and has to find exactly what was left out or added.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.embedding.memory import peak_memory_mib
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.stored_documents import DIMENSION, INDEX, MODEL, StoredDocuments, as_objects, document_name
from bloomweaver import keys
from bloomweaver.adapters.aws_errors import CLIENT_CONFIG
from bloomweaver.adapters.dynamodb_chat_items import DynamoDbChatItems
from bloomweaver.adapters.dynamodb_chats import DynamoDbChats
from bloomweaver.adapters.dynamodb_epochs import DynamoDbEpochs
from bloomweaver.adapters.dynamodb_indexes import DynamoDbIndexes
from bloomweaver.adapters.dynamodb_listing import DynamoDbListing
from bloomweaver.adapters.dynamodb_records import DynamoDbRecords
from bloomweaver.adapters.rebuild_executions import RebuildExecutions
from bloomweaver.adapters.s3_objects import S3Objects, S3Uploads
from bloomweaver.adapters.s3_sources import S3Sources
from bloomweaver.adapters.sqs_queue import SqsOperationQueue
from bloomweaver.analysis import passage_keywords
from bloomweaver.clock import now
from bloomweaver.errors import BackupUnavailable, StorageUnavailable
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.library.following import follow
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.step import entries_of
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.index_card import IndexSettings
from bloomweaver.models.reconciliation import Kind, Phase, Progress
from bloomweaver.models.record import DocumentRecord
from bloomweaver.reconciliation.reconciler import Order, Reconciler, Stores
from bloomweaver.sources.contents import Contents, Source
from bloomweaver.sources.keeping import SourceGiver
from bloomweaver.vector_stores import VectorStore, VectorStoreSettings, open_vector_store
from cli.output import plain
from local import aws
from local.config import StackConfig
from local.errors import StackError
from local.ports import claim_port
from local.processes import stop

VERSION = 2
"""So that an older one can lie about."""
BODY_MAX_BYTES = 10 * 2**20
SOURCE = Source.of(b"What every document of this benchmark was made of.")
SETTINGS = IndexSettings(model=MODEL, dimension=DIMENSION, chunk_max_tokens=256, chunk_overlap_tokens=32)
FAULT_EVERY = 50
"""Of so many documents one lacks a vector, a backup and an entry of a list, and an orphan of each lies about."""
FOLDERS = 100
DOCUMENTS_AT_A_TIME = 100
SECONDS_AT_MOST = 60.0
MEMORY_AT_MOST_MIB = 300.0
THREADS = 16

console = Console(highlight=False)


@dataclass(frozen=True)
class Place:
    """Where the services of the benchmark are."""

    endpoint_url: str
    lancedb_uri: str


@dataclass(frozen=True)
class Measured:
    """What one reconciliation took, and what it found."""

    seconds: float
    peak_mib: float
    found: dict[Kind, int]
    vectors: int
    backups: int
    entries: int
    folders: int


def main(
    documents: Annotated[int, typer.Option(min=FAULT_EVERY, help="How many documents.")] = 2000,
    chunks: Annotated[int, typer.Option(min=2, help="Chunks of each.")] = 5,
) -> None:
    """Measure a reconciliation on this machine. Exits with 1 if it is too slow, too large or finds something else."""
    try:
        with _services() as place:
            started = time.monotonic()
            expected = _fill(place, documents, chunks)
            console.print(f"filled with {documents} documents of {chunks} chunks in {time.monotonic() - started:.0f} s")
            # A process of its own, since this one still has the memory that filling took.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                measured = process.submit(_measure, place).result()
    except (RunError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    shown = [
        Figure("documents", "", documents),
        Figure("vectors listed", "", measured.vectors),
        Figure("backups read", "", measured.backups),
        Figure("entries of lists", "", measured.entries),
        Figure("folders counted", "", measured.folders),
        Figure("reconciliation", "s", measured.seconds, SECONDS_AT_MOST),
        Figure("documents per second", "1/s", documents / measured.seconds),
        Figure("highest memory of the process", "MiB", measured.peak_mib, MEMORY_AT_MOST_MIB),
    ]
    figures.print_table(console, shown)
    right = {kind: count for kind, count in measured.found.items() if count} == expected
    console.print(f"found {'what' if right else 'NOT what'} was wrong: {_words(measured.found)}")
    if not right or any(figure.met is False for figure in shown):
        raise typer.Exit(1)


@contextmanager
def _services() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        port = claim_port(0, "the emulator", "")
        config = StackConfig(Path(folder))
        process = aws.start_emulator(config, port)
        try:
            yield Place(aws.endpoint(port), str(config.data / "lancedb"))
        finally:
            stop(process)


def _stores(place: Place) -> Stores:
    dynamodb, s3, sqs = (aws.client(place.endpoint_url, name, CLIENT_CONFIG) for name in ("dynamodb", "s3", "sqs"))
    records = DynamoDbRecords(dynamodb, "documents", "by-status", "leftovers")
    vectors = IndexStores(DynamoDbIndexes(dynamodb, "indexes"), partial(_open_store, place), INDEX, SETTINGS)
    objects = S3Objects(s3, "artifacts", StorageUnavailable, THREADS)
    backups = S3Objects(s3, "backups", BackupUnavailable, THREADS)
    sources = S3Sources(s3, "sources", StorageUnavailable, THREADS)
    uploads = S3Uploads(s3, "artifacts", 1)
    contents = Contents(objects, uploads, sources, body_max_bytes=BODY_MAX_BYTES, upload_max_bytes=BODY_MAX_BYTES)
    return Stores(
        records=records,
        epochs=DynamoDbEpochs(dynamodb, "search-cache", now),
        vectors=vectors,
        objects=objects,
        backups=backups,
        sources=sources,
        giver=SourceGiver(records, contents, sources, backups, vectors),
        queue=SqsOperationQueue(sqs, {}),
        rebuilds=RebuildExecutions(aws.client(place.endpoint_url, "stepfunctions", CLIENT_CONFIG), ""),
        listing=DynamoDbListing(dynamodb, "listing", now),
        chats=DynamoDbChats(dynamodb, "chats"),
        chat_items=DynamoDbChatItems(dynamodb, "chats"),
    )


def _open_store(place: Place, index: str, dimension: int) -> VectorStore:
    return open_vector_store(
        VectorStoreSettings(
            vector_store="lancedb", index_name=index, dimension=dimension, lancedb_uri=place.lancedb_uri
        )
    )


def _create_table(place: Place, name: str, *keys: str) -> None:
    aws.client(place.endpoint_url, "dynamodb", CLIENT_CONFIG).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)],
    )


def _fill(place: Place, documents: int, chunks: int) -> dict[Kind, int]:
    """Fill everything. Returns what a reconciliation has to find."""
    _create_table(place, "documents", "doc_hash")
    _create_table(place, "indexes", "index_name")
    _create_table(place, "listing", "list", "place")
    _create_table(place, "chats", "owner", "item")
    for bucket in ("artifacts", "backups", "sources"):
        aws.client(place.endpoint_url, "s3", CLIENT_CONFIG).create_bucket(Bucket=bucket)
    stores = _stores(place)
    vectors = stores.vectors.named(INDEX)
    vectors.create()
    stored = StoredDocuments(chunks, VERSION)
    for start in range(0, documents, DOCUMENTS_AT_A_TIME):
        numbers = range(start, min(start + DOCUMENTS_AT_A_TIME, documents))
        backups = [backup for number in numbers for backup in stored.backups(number)]
        for number in numbers:
            record = _record(stored, number)
            stores.records.put(record, None)
            follow(stores.listing, record)
            key = keys.source_key(record.doc_hash, VERSION, SOURCE.name)
            stores.sources.put_content(key, SOURCE.data, "text/plain")
        vectors.upsert([_indexed(backup) for backup in backups])
        stores.backups.put_many(as_objects(backups))
    faulty = range(0, documents, FAULT_EVERY)
    vectors.delete([keys.vector_id(document_name(number), VERSION, 0) for number in faulty])
    stores.backups.delete_many([keys.backup_key(document_name(number), VERSION, 1) for number in faulty])
    orphans = [stored.backup(number, 0, VERSION - 1) for number in faulty]
    vectors.upsert([_indexed(backup) for backup in orphans])
    stores.backups.put_many(as_objects(orphans))
    lacking = [_record(stored, number) for number in faulty]
    entries = [min(entries_of(each.doc_hash, Listed.of(each)), key=lambda entry: entry.partition) for each in lacking]
    strays = [Entry("title:direct:fine:/elsewhere", f"a title\0{each.doc_hash}") for each in lacking]
    stores.listing.write(put=strays, delete=entries)
    assert stores.listing.mark("/", "off by one") == documents
    assert stores.listing.correct("/", "off by one", 1)
    kinds = {Kind.MISSING_VECTORS, Kind.MISSING_BACKUPS, Kind.ORPHAN_VECTORS, Kind.ORPHAN_BACKUPS}
    of_lists = {Kind.UNLISTED_DOCUMENTS, Kind.ORPHAN_ENTRIES}
    return {**dict.fromkeys(kinds | of_lists, len(faulty)), Kind.WRONG_FOLDER_COUNTS: 1}


def _record(stored: StoredDocuments, number: int) -> DocumentRecord:
    """A document with a source, in a folder of the second level."""
    folder = f"/folder-{number % FOLDERS}/inner"
    return stored.record(number).model_copy(update={"sources": {str(VERSION): SOURCE.name}, "folder": folder})


def _measure(place: Place) -> Measured:
    started = time.monotonic()
    stores = _stores(place)
    reconciler = Reconciler(stores, now, quiet_seconds=0, call_seconds=120, body_max_bytes=BODY_MAX_BYTES)
    order, progress = Order(id="measured", repair=False, contents=True), Progress()
    while progress.phase is not Phase.DONE:
        progress = reconciler.go_on(order, progress)
    return Measured(
        seconds=time.monotonic() - started,
        peak_mib=peak_memory_mib(os.getpid()),
        found={kind: tally.found for kind, tally in progress.counts.kinds.items()},
        vectors=progress.counts.vectors,
        backups=progress.counts.backups,
        entries=progress.counts.entries,
        folders=progress.counts.folders,
    )


def _indexed(backup: Backup) -> IndexedChunk:
    id_ = keys.vector_id(backup.doc_hash, backup.version, backup.index)
    fields = backup.model_dump(exclude={"index", "sha256", "batch", "model", "language"})
    keywords = passage_keywords(backup.text, title=backup.title, heading=backup.heading, language=backup.language)
    return IndexedChunk(id=id_, **fields, keywords=keywords)


def _words(found: dict[Kind, int]) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in found.items() if count) or "nothing"


if __name__ == "__main__":
    typer.run(main)
