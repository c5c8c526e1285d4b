"""A stack with many documents and nothing to do, beside an empty one: `python -m benchmarks.endurance.stored`.

The documents are put where the pipeline would have put them, and their runs into the emulator's state: records, bodies,
backups, vectors, and for each document a run with its history.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Any

import typer
from botocore.config import Config
from rich.console import Console

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import times_to_searchable
from benchmarks.running import open_api
from benchmarks.stored_documents import StoredDocuments, as_objects, document_name
from bloomweaver import keys
from bloomweaver.adapters.dynamodb_records import DynamoDbRecords
from bloomweaver.analysis import passage_keywords
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.record import Status
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from cli.client import Api, ApiError
from cli.output import plain
from local import aws, stack
from local.config import StackConfig
from local.embedding import dimension
from local.emulator.state_file import NAME
from local.errors import StackError
from local.processes import memory_mib
from local.stack import StackDescriptor

DOCUMENTS = 20_000
ROUNDS = 3
SEARCHABLE_ROUNDS = 20
LISTS = 100
AT_A_TIME = 500
THREADS = 8
QUIET_SECONDS = 40.0
"""After which functions that were used have ended."""
MEMORY_MIB_MAX = 1536.0
STATUS_SECONDS_MAX = 1.5
LIST_MILLISECONDS_MAX = 150.0
DOWN_SECONDS_MAX = 5.0
UP_SECONDS_MAX = 12.0
SEARCHABLE_MAX = 1.1

console = Console(highlight=False)


def main(
    documents: Annotated[int, typer.Option(min=1, help="How many documents are stored.")] = DOCUMENTS,
    rounds: Annotated[int, typer.Option(min=1, help="How often the stack is stopped and started.")] = ROUNDS,
) -> None:
    """Measure a full stack on this machine. Exits with 1 if it could not be done."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            config = StackConfig(Path(folder), aws_port=0, embedding_port=0)
            measured = _measure(config, documents, rounds)
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, measured)


def _measure(config: StackConfig, documents: int, rounds: int) -> list[Figure]:
    descriptor = stack.up(config, _report)
    try:
        with open_api(descriptor) as api:
            empty = [median(times_to_searchable(api, SEARCHABLE_ROUNDS)) for _ in range(rounds)]
        began = time.monotonic()
        _fill(config, descriptor, documents)
        stack.down(config, _report)
        _fill_runs(config, documents)
        _report(f"stored {documents} documents in {time.monotonic() - began:.0f} s")
        ups, downs, memory, statuses, lists, full = [], [], [], [], [], []
        for place in range(rounds):
            ups.append(_seconds(partial(stack.up, config, _report)))
            descriptor = stack.up(config, lambda _: None)
            time.sleep(QUIET_SECONDS)
            memory.append(memory_mib(descriptor.processes))
            with open_api(descriptor) as api:
                statuses.append(_seconds(partial(_status, descriptor)))
                lists += [_seconds(partial(api.documents, Status.INDEXED, limit=50)) for _ in range(LISTS)]
                full.append(median(times_to_searchable(api, SEARCHABLE_ROUNDS)))
                _has_all(api, documents)
            downs.append(_seconds(partial(stack.down, config, _report)))
            _report(f"round {place + 1} of {rounds}")
    finally:
        stack.down(config, lambda _: None)
    return [
        Figure("documents stored", "", documents),
        Figure("memory with nothing to do", "MiB", median(memory), MEMORY_MIB_MAX),
        Figure("bloomweaver status", "s", median(statuses), STATUS_SECONDS_MAX),
        Figure("GET /documents, p95", "ms", quantiles(lists, n=100)[94] * 1000, LIST_MILLISECONDS_MAX),
        Figure("down", "s", median(downs), DOWN_SECONDS_MAX),
        Figure("up", "s", median(ups), UP_SECONDS_MAX),
        Figure("POST to searchable, empty stack", "s", median(empty)),
        Figure("POST to searchable, full stack", "s", median(full)),
        Figure("full against empty", "", median(full) / median(empty), SEARCHABLE_MAX),
    ]


def _report(line: str) -> None:
    console.print(plain(line))


def _seconds(work: Any) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _status(descriptor: StackDescriptor) -> None:
    command = [sys.executable, "-m", "cli.main", "status", "--api-url", descriptor.api_url]
    subprocess.run(command, env={"BLOOMWEAVER_TOKEN": descriptor.token()}, check=True, capture_output=True)


def _has_all(api: Api, documents: int) -> None:
    found = api.counts().documents[Status.INDEXED]
    if found != documents:
        raise RunError(f"{documents} documents were stored, and {found} are indexed")


def _fill(config: StackConfig, descriptor: StackDescriptor, documents: int) -> None:
    client_config = Config(max_pool_connections=THREADS)
    dynamodb = aws.client(descriptor.aws_endpoint_url, "dynamodb", client_config)
    s3 = aws.client(descriptor.aws_endpoint_url, "s3", client_config)
    store = open_vector_store(
        VectorStoreSettings(
            vector_store="lancedb",
            index_name=config.index_name,
            dimension=dimension(config),
            lancedb_uri=str(config.data / "lancedb"),
        )
    )
    stored = StoredDocuments(chunks=1, version=1)
    records = DynamoDbRecords(dynamodb, descriptor.outputs["DocumentsTableName"], "", "")
    buckets = [descriptor.outputs[name] for name in ("ArtifactsBucketName", "BackupsBucketName")]
    with ThreadPoolExecutor(THREADS) as threads:
        for start in range(0, documents, AT_A_TIME):
            numbers = range(start, min(start + AT_A_TIME, documents))
            backups = [backup for number in numbers for backup in stored.backups(number)]
            list(threads.map(lambda number: records.put(stored.record(number), None), numbers))
            objects = [(buckets[1], key, body) for key, body in as_objects(backups)]
            objects += [(buckets[0], keys.raw_key(document_name(n), "0" * 64), b"{}" * 400) for n in numbers]
            list(threads.map(lambda o: s3.put_object(Bucket=o[0], Key=o[1], Body=o[2]), objects))
            store.upsert(
                [
                    IndexedChunk(
                        id=keys.vector_id(backup.doc_hash, backup.version, backup.index),
                        **backup.model_dump(exclude={"index", "sha256", "batch", "model", "language"}),
                        keywords=passage_keywords(
                            backup.text, title=backup.title, heading=backup.heading, language=backup.language
                        ),
                    )
                    for backup in backups
                ]
            )


def _fill_runs(config: StackConfig, documents: int) -> None:
    """A run for each document: copies of one that there is."""
    with closing(sqlite3.connect(config.state / NAME)) as connection, connection:
        query = """SELECT arn, machine, moment, record, history FROM executions
            WHERE status = 'SUCCEEDED' AND document IS NOT NULL ORDER BY length(history) DESC LIMIT 1"""
        arn, machine, moment, record, history = connection.execute(query).fetchone()

        def runs() -> Iterator[tuple[Any, ...]]:
            for number in range(documents):
                name = document_name(number)
                mine = f"{arn.rpartition(':')[0]}:{name}-1"
                yield mine, machine, None, name, "SUCCEEDED", moment, record.replace(arn, mine), history

        connection.executemany("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", runs())


if __name__ == "__main__":
    typer.run(main)
