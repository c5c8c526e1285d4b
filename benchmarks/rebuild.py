"""`python -m benchmarks.rebuild`: how long it takes to make the vector index anew from the backups.

A stack of its own is started, in a folder that is removed in the end. Records and backups of small documents are put
into it by the adapters that the pipeline puts them with; nothing is embedded. Each round empties the index, runs
`POST /rebuild`, and then asks the index for every id.
"""

import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.machine import machine
from benchmarks.measurements import watched_memory
from benchmarks.pipeline import ROUNDS_AT_LEAST, summary
from benchmarks.pipeline_report import as_markdown, as_table
from benchmarks.running import open_api
from benchmarks.sections import replace_section
from bloomweaver import keys
from bloomweaver.adapters.aws_errors import CLIENT_CONFIG
from bloomweaver.adapters.dynamodb_records import DynamoDbRecords
from bloomweaver.adapters.s3_objects import S3Objects
from bloomweaver.errors import BackupUnavailable
from bloomweaver.models.backup import Backup
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from bloomweaver.vector_stores.base import VectorStore
from cli.answers import Rebuild
from cli.client import Api, ApiError
from cli.output import plain
from local import stack
from local.config import ACCESS_KEY, StackConfig
from local.embedding import dimension
from local.errors import StackError
from local.stack import StackDescriptor

DIMENSION = dimension(StackConfig())
RESULTS = Path(__file__).parent / "results" / "rebuild.json"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
DOCUMENTS_AT_A_TIME = 100
IDS_AT_A_TIME = 1000
REBUILD_SECONDS = 900.0
POLL_SECONDS = 0.2
THREADS = 16
INDEX = "bloomweaver"
LONG_AGO = "2020-01-01T00:00:00.000000+00:00"

console = Console(highlight=False)


def main(
    documents: Annotated[int, typer.Option(min=1, help="How many documents.")] = 1000,
    chunks: Annotated[int, typer.Option(min=1, help="Chunks of each.")] = 10,
    rounds: Annotated[
        int, typer.Option(min=ROUNDS_AT_LEAST, help="How often everything is measured.")
    ] = ROUNDS_AT_LEAST,
    output: Annotated[Path, typer.Option(help="The JSON file to write.", show_default=False)] = RESULTS,
) -> None:
    """Measure rebuilds on this machine. Exits with 1 if one could not be done, or left anything out."""
    measured: list[list[Figure]] = []
    try:
        with _own_stack() as (config, descriptor), open_api(descriptor) as api:
            started = time.monotonic()
            _fill(descriptor, documents, chunks)
            seconds = time.monotonic() - started
            console.print(f"put {documents} documents of {chunks} chunks into the stack in {seconds:.0f} s")
            for place in range(1, rounds + 1):
                measured.append(_measure(api, config, descriptor, documents, chunks))
                console.print(f"round {place} of {rounds}")
                console.print(figures.as_table(measured[-1]))
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    measured_figures = summary(measured)
    result = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "model": StackConfig.model,
        "vector_store": "lancedb",
        "figures": measured_figures,
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=2) + "\n")
    console.print(as_table(measured_figures))
    console.print(plain(f"written to {output}"))
    if output == RESULTS:
        replace_section(PAGE, "rebuild", as_markdown(result))
        console.print(plain(f"written to {PAGE}"))


@contextmanager
def _own_stack() -> Iterator[tuple[StackConfig, StackDescriptor]]:
    with tempfile.TemporaryDirectory() as folder:
        config = StackConfig(Path(folder), aws_port=0, embedding_port=0)

        def report(line: str) -> None:
            console.print(plain(line))

        descriptor = stack.up(config, report)
        try:
            yield config, descriptor
        finally:
            stack.down(config, report)


def _index(config: StackConfig) -> VectorStore:
    return open_vector_store(
        VectorStoreSettings(vector_store="lancedb", dimension=DIMENSION, lancedb_uri=str(config.data / "lancedb"))
    )


def _fill(descriptor: StackDescriptor, documents: int, chunks: int) -> None:
    outputs = descriptor.outputs
    records = DynamoDbRecords(
        _client(descriptor, "dynamodb"), outputs["DocumentsTableName"], "status-updated_at", "leftovers-updated_at"
    )
    backups = S3Objects(_client(descriptor, "s3"), outputs["BackupsBucketName"], BackupUnavailable, THREADS)
    chance = random.Random(1)
    for start in range(0, documents, DOCUMENTS_AT_A_TIME):
        numbers = range(start, min(start + DOCUMENTS_AT_A_TIME, documents))
        for number in numbers:
            if not records.put(_record(number, chunks), None):
                raise RunError(f"{_name(number)} is there already")
        backups.put_many(_objects([_backup(chance, number, index) for number in numbers for index in range(chunks)]))


def _measure(api: Api, config: StackConfig, descriptor: StackDescriptor, documents: int, chunks: int) -> list[Figure]:
    _index(config).drop()
    with watched_memory(descriptor.processes) as memory:
        started = time.monotonic()
        run = _await(api, api.rebuild().id)
        seconds = time.monotonic() - started
    report = run.report
    if report is None or not report.sound or report.counts.objects["restored"] != documents * chunks:
        raise RunError(f"the rebuild was not whole: {run.model_dump_json()}")
    index = _index(config)
    ids = [id_ for number in range(documents) for id_ in keys.vector_ids(_name(number), 1, chunks)]
    there = sum(len(index.existing(ids[start : start + IDS_AT_A_TIME])) for start in range(0, len(ids), IDS_AT_A_TIME))
    if there != len(ids):
        raise RunError(f"the index holds {there} of {len(ids)} vectors")
    return [
        Figure("chunks", "", len(ids)),
        Figure("rebuild", "s", seconds),
        Figure("chunks per second", "1/s", len(ids) / seconds),
        *figures.of_memory(memory.highest_mib),
    ]


def _await(api: Api, id_: str) -> Rebuild:
    deadline = time.monotonic() + REBUILD_SECONDS
    while (run := api.rebuild_run(id_)).status == "running":
        if time.monotonic() > deadline:
            raise RunError(f"{id_} has not ended after {REBUILD_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
    if run.error is not None:
        raise RunError(f"{id_} is {run.status}: {run.error.type}: {run.error.message}")
    return run


def _client(descriptor: StackDescriptor, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=descriptor.aws_endpoint_url,
        region_name=descriptor.region,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=ACCESS_KEY,
        config=CLIENT_CONFIG,
    )


def _name(number: int) -> str:
    return f"document-{number:06d}"


def _record(number: int, chunks: int) -> DocumentRecord:
    return DocumentRecord(
        doc_hash=_name(number),
        version=1,
        indexed_version=1,
        status=Status.INDEXED,
        operation=Operation.CREATE,
        chunk_count=chunks,
        model=StackConfig.model,
        index=INDEX,
        title=f"Document {number}",
        metadata={"number": number},
        correlation_id="benchmark",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


def _backup(chance: random.Random, number: int, index: int) -> Backup:
    text = f"Passage {index} of document {number}. " + "The harbour master keeps the tide tables. " * 20
    return Backup(
        text=text,
        index=index,
        sha256=sha256(text.encode()).hexdigest(),
        vector=[chance.gauss(0, 1) for _ in range(DIMENSION)],
        doc_hash=_name(number),
        version=1,
        chunk_id=keys.chunk_id(1, index),
        model=StackConfig.model,
        title=f"Document {number}",
        metadata={"number": number},
    )


def _objects(backups: Sequence[Backup]) -> Iterator[tuple[str, bytes]]:
    for backup in backups:
        key = keys.backup_key(backup.doc_hash, backup.version, backup.index)
        yield key, backup.model_dump_json(exclude_none=True).encode()


if __name__ == "__main__":
    typer.run(main)
