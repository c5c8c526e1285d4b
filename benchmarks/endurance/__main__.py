"""Four writers send more than the machine can do, then it works off what waits: `python -m benchmarks.endurance`.

Then every document has to be in the state that was accepted last.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Annotated

import typer
from boto3.dynamodb.types import TypeDeserializer
from rich.console import Console

from benchmarks import figures
from benchmarks.endurance.watching import Watch
from benchmarks.endurance.writers import Expected, Sent, Writers
from benchmarks.figures import Figure
from benchmarks.running import open_api, running_stack
from bloomweaver.models.record import DocumentRecord, Status
from cli.client import ApiError
from cli.output import plain
from local import aws
from local.errors import StackError
from local.stack import StackDescriptor

MINUTES = 20.0
WRITERS = 4
RATE = 30.0
MEMORY_MIB_MAX = 2560.0
RATE_AT_THE_END = 0.9
SEARCH_SECONDS_MAX = 1.0
DRAIN_SECONDS_MAX = 7200.0
POLL_SECONDS = 5.0
MINUTE = 60.0
_UNDER_WAY = (Status.QUEUED, Status.PROCESSING, Status.DELETING)

console = Console(highlight=False)


def main(
    minutes: Annotated[float, typer.Option(min=1.0, help="How long is written.")] = MINUTES,
    writers: Annotated[int, typer.Option(min=1, help="Writers at a time.")] = WRITERS,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second of all writers in sum.")] = RATE,
    seed: Annotated[int, typer.Option(help="Of what is sent.")] = 1,
    output: Annotated[Path | None, typer.Option(help="A JSON file to write.", show_default=False)] = None,
) -> None:
    """Overload the stack, wait until it has worked off everything, and check. Exits with 1 if it could not be done."""
    try:
        with running_stack(lambda line: console.print(plain(line))) as stack, open_api(stack.descriptor) as api:
            load = Writers(stack.descriptor.api_url, stack.descriptor.token, writers=writers, rate=rate, seed=seed)
            with Watch(stack.descriptor, api) as watch:
                load.run(minutes * 60)
                written = watch.now()
                console.print(_told(load.sent, written))
                drained = _drain(stack.descriptor, watch)
            found = list(_differences(stack.descriptor, load.sent))
    except (ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    for difference in found[:20]:
        console.print(plain(difference))
    measured = _figures(load.sent, watch, written, drained, len(found))
    figures.print_table(console, measured)
    if output is not None:
        output.write_text(json.dumps({"figures": [vars(f) for f in measured], **vars(watch.watched)}, indent=1) + "\n")


def _told(sent: Sent, seconds: float) -> str:
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(sent.statuses.items()))
    return f"sent for {seconds:.0f} s: {answers}; {sent.broken} without an answer; {len(sent.documents)} documents"


def _drain(descriptor: StackDescriptor, watch: Watch) -> float:
    """Wait until nothing is under way. Returns when that was, in seconds since the begin."""
    table, client = descriptor.outputs["DocumentsTableName"], aws.client(descriptor.aws_endpoint_url, "dynamodb")
    deadline = watch.now() + DRAIN_SECONDS_MAX
    while watch.now() < deadline:
        if not any(_some(client, table, status) for status in _UNDER_WAY):
            return watch.now()
        time.sleep(POLL_SECONDS)
    raise StackError(f"documents are under way {DRAIN_SECONDS_MAX:.0f} s after the last was sent")


def _some(client: object, table: str, status: Status) -> bool:
    answer = client.query(  # type: ignore[attr-defined]
        TableName=table,
        IndexName="status-updated_at",
        KeyConditionExpression="#status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status.value}},
        Limit=1,
    )
    return bool(answer["Items"])


def _differences(descriptor: StackDescriptor, sent: Sent) -> Iterator[str]:
    """What of the accepted documents is not as it was accepted last."""
    records = dict(_records(descriptor))
    for doc_hash, expected in sent.documents.items():
        if doc_hash in sent.unknown:
            continue
        record = records.get(doc_hash)
        if record is None:
            yield f"{doc_hash} is not known, version {expected.version} was accepted"
        elif not _is_as(record, expected):
            yield f"{doc_hash} is {record.status}, version {record.version}; expected {expected}"


def _is_as(record: DocumentRecord, expected: Expected) -> bool:
    if record.version != expected.version:
        return False
    if expected.content_sha256 is None:
        return record.status is Status.DELETED and not record.served_version
    return (
        record.status is Status.INDEXED
        and record.served_version == expected.version
        and record.content_sha256 == expected.content_sha256
    )


def _records(descriptor: StackDescriptor) -> Iterator[tuple[str, DocumentRecord]]:
    client, deserialize = aws.client(descriptor.aws_endpoint_url, "dynamodb"), TypeDeserializer().deserialize
    pages = client.get_paginator("scan").paginate(TableName=descriptor.outputs["DocumentsTableName"])
    for page in pages:
        for item in page["Items"]:
            values = {name: deserialize(value) for name, value in item.items() if name != "leftovers"}
            values["metadata"] = json.loads(values["metadata"])
            record = DocumentRecord.model_validate(json.loads(json.dumps(values, default=int)))
            yield record.doc_hash, record


def _figures(sent: Sent, watch: Watch, written: float, drained: float, differences: int) -> list[Figure]:
    searches = [seconds for _, seconds in watch.watched.search_seconds]
    webhook = quantiles(sent.seconds, n=100)
    first = watch.rate(0, MINUTE)
    # The last minute's end has less to do than the machine can.
    end = max(drained - MINUTE / 2, 2 * MINUTE)
    last = watch.rate(end - 2 * MINUTE, end)
    return [
        Figure("operations accepted", "", sum(n for status, n in sent.statuses.items() if status < 300)),
        Figure("requests a second", "1/s", sum(sent.statuses.values()) / written),
        Figure("webhook answer, p50", "s", webhook[49]),
        Figure("webhook answer, p95", "s", webhook[94]),
        Figure("answers 5xx", "", sent.server_errors, 0),
        Figure("requests without an answer", "", sent.broken, 0),
        Figure("documents not in their newest state", "", differences, 0),
        Figure("drained after the last request", "s", drained - written),
        Figure("documents a second, first minute", "1/s", first),
        Figure("documents a second, at the end", "1/s", last),
        Figure("at the end against the first minute", "", last / first, RATE_AT_THE_END, at_least=True),
        Figure("search meanwhile, p95", "s", quantiles(searches, n=100)[94], SEARCH_SECONDS_MAX),
        Figure("searches that failed", "", watch.watched.failed_searches, 0),
        Figure("memory of the stack, highest", "MiB", max(mib for _, mib in watch.watched.memory_mib), MEMORY_MIB_MAX),
        Figure("memory of the stack, at the end", "MiB", watch.watched.memory_mib[-1][1]),
    ]


if __name__ == "__main__":
    typer.run(main)
