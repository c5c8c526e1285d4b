"""How soon a change is told to those who watch: `python -m benchmarks.live`, on a stack of its own.

Records are changed in the table itself, so that what is measured is the way of a message and not the pipeline: from the
end of the write to the frame at the client. First one change at a time with one watcher, then many with a hundred.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Annotated, Self

import typer
from rich.console import Console
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.running import open_api
from bloomweaver.adapters.dynamodb_records import DynamoDbRecords
from bloomweaver.clock import now
from bloomweaver.models.record import DocumentRecord, Operation, Status
from cli.client import Api, ApiError
from cli.output import plain
from cli.parallel import in_parallel
from local import aws, stack
from local.config import StackConfig
from local.errors import StackError
from local.processes import memory_mib
from local.stack import StackDescriptor

SINGLE_CHANGES = 60
SINGLE_PAUSE_SECONDS = 0.5
CONNECTIONS, CHANGES, DOCUMENTS = 100, 1000, 200
FLOOD_SECONDS = 60.0
TOLD_SECONDS = 30.0
"""How long the last states are waited for."""
OPENED_AT_A_TIME = 4
OPEN_SECONDS = 60.0

console = Console(highlight=False)


class Writer:
    """Changes records of documents that are nobody's, as fast as it is told to."""

    def __init__(self, descriptor: StackDescriptor) -> None:
        client = aws.client(descriptor.aws_endpoint_url, "dynamodb")
        table = descriptor.outputs["DocumentsTableName"]
        self._records = DynamoDbRecords(client, table, "status-updated_at", "leftovers-updated_at")
        self.newest: dict[str, DocumentRecord] = {}

    def change(self, doc_hash: str) -> int:
        """Write another revision of a document. Returns it."""
        before, time_now = self.newest.get(doc_hash), now()
        if before is not None:
            record = before.model_copy(update={"revision": before.revision + 1, "updated_at": time_now})
        else:
            record = DocumentRecord(
                doc_hash=doc_hash,
                version=1,
                status=Status.INDEXED,
                operation=Operation.CREATE,
                title=f"The title of {doc_hash}",
                correlation_id="benchmark",
                created_at=time_now,
                updated_at=time_now,
            )
        if not self._records.put(record, before):
            raise RunError(f"somebody else has changed {doc_hash}")
        self.newest[doc_hash] = record
        return record.revision


@dataclass
class Watcher:
    """What has come over one connection, and when."""

    revisions: dict[str, int] = field(default_factory=dict)
    at: dict[tuple[str, int], float] = field(default_factory=dict)
    """When a document was first told of as so new or newer, by document and revision."""

    def take(self, text: str | bytes) -> None:
        """Note what a frame says."""
        for message in json.loads(text)["messages"]:
            doc_hash, revision = message["doc_hash"], message["revision"]
            if revision > self.revisions.get(doc_hash, 0):
                self.revisions[doc_hash] = revision
                self.at[doc_hash, revision] = time.monotonic()


class Watchers:
    """Connections that watch all documents, in a thread of their own. They do not ping: what is told counts."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.each = [Watcher() for _ in urls]
        self._watching = threading.Event()
        self._stop: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch(urls)), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._watching.wait(OPEN_SECONDS):
            raise RunError("the connections could not be opened")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._thread.join(OPEN_SECONDS)

    async def _watch(self, urls: Sequence[str]) -> None:
        stopped, loop = asyncio.Event(), asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
        sockets = await asyncio.gather(*(self._open(url) for url in urls))
        readers = [loop.create_task(self._read(*each)) for each in zip(self.each, sockets, strict=True)]
        self._watching.set()
        await stopped.wait()
        await asyncio.gather(*(socket.close() for socket in sockets))
        await asyncio.gather(*readers)

    async def _open(self, url: str) -> ClientConnection:
        socket = await connect(url, open_timeout=OPEN_SECONDS)
        await socket.send(json.dumps({"action": "subscribe", "topic": "documents"}))
        await socket.recv()
        return socket

    async def _read(self, watcher: Watcher, socket: ClientConnection) -> None:
        async for text in socket:
            watcher.take(text)


def main(connections: Annotated[int, typer.Option(min=1, help="Watchers of the second part.")] = CONNECTIONS) -> None:
    """Measure live messages on this machine. Exits with 1 if it could not be done."""
    try:
        with TemporaryDirectory() as folder:
            config = StackConfig(Path(folder), aws_port=0, embedding_port=0)
            descriptor = stack.up(config, lambda line: console.print(plain(line)))
            try:
                with open_api(descriptor) as api:
                    measured = [*_singles(api, descriptor), *_flood(api, descriptor, connections)]
            finally:
                stack.down(config, lambda line: console.print(plain(line)))
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, measured)


def _singles(api: Api, descriptor: StackDescriptor) -> list[Figure]:
    writer, seconds = Writer(descriptor), list[float]()
    with Watchers(_urls(api, 1)) as watchers:
        [watcher] = watchers.each
        for number in range(SINGLE_CHANGES):
            doc_hash = f"single-{number % 10}"
            revision = writer.change(doc_hash)
            written = time.monotonic()
            seconds.append(_wait_for(watcher, doc_hash, revision) - written)
            time.sleep(SINGLE_PAUSE_SECONDS)
    return [
        Figure("change of a record to message, median", "s", median(seconds), 0.5),
        Figure("change of a record to message, p95", "s", quantiles(seconds, n=100, method="inclusive")[94], 1.0),
    ]


def _flood(api: Api, descriptor: StackDescriptor, connections: int) -> list[Figure]:
    writer = Writer(descriptor)
    with Watchers(_urls(api, connections)) as watchers:
        before = _memory(descriptor)
        began = time.monotonic()
        for number in range(CHANGES):
            writer.change(f"flood-{number % DOCUMENTS}")
            time.sleep(max(0.0, began + (number + 1) * FLOOD_SECONDS / CHANGES - time.monotonic()))
        last = time.monotonic()
        wanted = {doc_hash: record.revision for doc_hash, record in writer.newest.items()}
        deadline = last + TOLD_SECONDS
        while any(each.revisions != wanted for each in watchers.each) and time.monotonic() < deadline:
            time.sleep(0.05)
        came = [each.at.get(key, deadline) for each in watchers.each for key in wanted.items()]
        complete = sum(each.revisions == wanted for each in watchers.each)
        after = _memory(descriptor)
    return [
        Figure("connections", "", connections),
        Figure("changes of records", "", CHANGES),
        Figure("seconds that these took", "s", last - began),
        Figure("connections with every last state", "", complete, connections, at_least=True),
        Figure("last change to last state at each", "s", max(came) - last, 2.0),
        Figure("memory of the stack, before", "MiB", before),
        Figure("memory of the stack, after", "MiB", after),
    ]


def _urls(api: Api, number: int) -> list[str]:
    with in_parallel(lambda _: api.live_ticket(), range(number), OPENED_AT_A_TIME) as tickets:
        return [f"{each.url}?ticket={each.ticket}" for each in tickets]


def _wait_for(watcher: Watcher, doc_hash: str, revision: int) -> float:
    deadline = time.monotonic() + TOLD_SECONDS
    while watcher.revisions.get(doc_hash, 0) < revision:
        if time.monotonic() > deadline:
            raise RunError(f"revision {revision} of {doc_hash} was not told in {TOLD_SECONDS:.0f} s")
        time.sleep(0.001)
    return watcher.at[doc_hash, revision]


def _memory(descriptor: StackDescriptor) -> float:
    return memory_mib(descriptor.processes)


if __name__ == "__main__":
    typer.run(main)
