"""`python -m benchmarks.rebuild`: how long it takes to make the vector index anew from the backups.

A stack of its own is started, in a folder that is removed in the end. Records and backups of small documents are put
into it by the adapters that the pipeline puts them with; nothing is embedded. Each round empties the index, runs
`POST /rebuild`, and then asks the index for every id.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.machine import machine
from benchmarks.measurements import watched_memory
from benchmarks.pipeline import ROUNDS_AT_LEAST, summary
from benchmarks.pipeline_report import as_markdown, print_table
from benchmarks.running import open_api
from benchmarks.sections import replace_section
from benchmarks.stored_documents import DIMENSION, StoredDocuments, as_objects, document_name
from bloomweaver import keys
from bloomweaver.adapters.aws_errors import CLIENT_CONFIG
from bloomweaver.adapters.dynamodb_records import DynamoDbRecords
from bloomweaver.adapters.s3_objects import S3Objects
from bloomweaver.errors import BackupUnavailable
from bloomweaver.models.rebuild import Fate
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from bloomweaver.vector_stores.base import VectorStore
from cli.answers import Rebuild
from cli.client import Api, ApiError
from cli.output import plain
from local import aws, stack
from local.config import StackConfig
from local.errors import StackError
from local.stack import StackDescriptor

RESULTS = Path(__file__).parent / "results" / "rebuild.json"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
DOCUMENTS_AT_A_TIME = 100
IDS_AT_A_TIME = 1000
REBUILD_SECONDS = 900.0
POLL_SECONDS = 0.2
THREADS = 16

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
                figures.print_table(console, measured[-1])
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
    print_table(console, measured_figures)
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
    dynamodb, s3 = (aws.client(descriptor.aws_endpoint_url, name, CLIENT_CONFIG) for name in ("dynamodb", "s3"))
    records = DynamoDbRecords(dynamodb, outputs["DocumentsTableName"], "status-updated_at", "leftovers-updated_at")
    backups = S3Objects(s3, outputs["BackupsBucketName"], BackupUnavailable, THREADS)
    stored = StoredDocuments(chunks, version=1)
    for start in range(0, documents, DOCUMENTS_AT_A_TIME):
        numbers = range(start, min(start + DOCUMENTS_AT_A_TIME, documents))
        for number in numbers:
            if not records.put(stored.record(number), None):
                raise RunError(f"{document_name(number)} is there already")
        backups.put_many(as_objects([backup for number in numbers for backup in stored.backups(number)]))


def _measure(api: Api, config: StackConfig, descriptor: StackDescriptor, documents: int, chunks: int) -> list[Figure]:
    _index(config).drop()
    with watched_memory(descriptor.processes) as memory:
        started = time.monotonic()
        run = _await(api, api.rebuild().id)
        seconds = time.monotonic() - started
    report = run.report
    if report is None or not report.sound or report.counts.objects[Fate.RESTORED] != documents * chunks:
        raise RunError(f"the rebuild was not whole: {run.model_dump_json()}")
    index = _index(config)
    ids = [id_ for number in range(documents) for id_ in keys.vector_ids(document_name(number), 1, chunks)]
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


if __name__ == "__main__":
    typer.run(main)
