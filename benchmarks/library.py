"""How fast the library is: `python -m benchmarks.library`.

It starts a stack of its own. Files are those of Python's documentation, and small ones whose documents are put into the
tables as the pipeline leaves them. Commands are run as a person runs them, their own start included.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import stdlib_documents
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import CLIENTS, SEARCH_PAUSE_SECONDS, small_documents, wait_for
from benchmarks.running import open_api
from bloomweaver.adapters.dynamodb_listing import DynamoDbListing
from bloomweaver.adapters.dynamodb_records import DynamoDbRecords
from bloomweaver.clock import now
from bloomweaver.documents.acceptance import accept
from bloomweaver.documents.comparison import Sendable
from bloomweaver.library.listed import Listed, Order
from bloomweaver.library.ports import ListedState, StateChange
from bloomweaver.library.step import NOTHING
from bloomweaver.models import folder_path
from bloomweaver.models.record import DocumentRecord, Status
from bloomweaver.search.request import Mode
from cli.client import Api, ApiError
from cli.output import plain
from cli.parallel import in_parallel
from cli.syncing.folder import FolderReader
from local import aws, stack
from local.config import StackConfig
from local.errors import StackError
from local.stack import StackDescriptor

ROUNDS = 3
SMALL_FILES = 10_000
FEW, MANY = 100, 100_000
MOVED = 1000
PER_FOLDER = 50
ASKED = 100
EDITS = 10
WRITERS = 8
AT_A_TIME = 100
COUNTS_MAX = 90
"""Of the numbers of folders in a transaction, which takes a hundred writes."""
WAIT_SECONDS = 900.0
MOVE_PAUSE_SECONDS = 1.0
NAME = "small"

console = Console(highlight=False)


def main(
    moved: Annotated[int, typer.Option(min=1, help="Documents of a folder that moves.")] = MOVED,
    files: Annotated[int, typer.Option(min=1, help="Small files that are unchanged.")] = SMALL_FILES,
    many: Annotated[int, typer.Option(min=FEW, help="Documents that lists are read of.")] = MANY,
    rounds: Annotated[int, typer.Option(min=1, help="How often commands are run.")] = ROUNDS,
) -> None:
    """Measure folders, lists, edits and sync on this machine."""
    measured: list[Figure] = []
    try:
        with _stack() as (descriptor, api):
            tables = _Tables(descriptor)
            parts: list[Callable[[], list[Figure]]] = [
                lambda: _demo(descriptor, api, rounds),
                lambda: _small_files(descriptor, api, tables, files, rounds),
                lambda: _moved(descriptor, api, moved),
                lambda: [Figure("PATCH of a title to found by it, median", "s", median(_edits(api)), 1.0)],
                lambda: [Figure("file saved to found, sync --watch, median", "s", median(_watched(descriptor)), 1.2)],
                # The last, since nobody follows the records any more then.
                lambda: list(_lists(api, tables, many)),
            ]
            for part in parts:
                found = part()
                measured += found
                for each in found:  # it goes on for a long time
                    console.print(plain(f"{each.name}: {figures.number(each.value)} {each.unit}"))
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]It could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, measured)


class _Tables:
    """Puts documents where the pipeline would have put them."""

    def __init__(self, descriptor: StackDescriptor) -> None:
        self._endpoint = descriptor.aws_endpoint_url
        client = aws.client(descriptor.aws_endpoint_url, "dynamodb")
        names = client.list_tables()["TableNames"]
        [documents] = [name for name in names if "DocumentsTable" in name]
        [lists] = [name for name in names if "ListingTable" in name]
        self._records = DynamoDbRecords(client, documents, "status-updated_at", "leftovers-updated_at")
        self._lists = DynamoDbListing(client, lists, now)

    def stop_following(self) -> None:
        """Have nobody follow the records."""
        client = aws.client(self._endpoint, "lambda")
        for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
            if ":dynamodb:" in mapping["EventSourceArn"]:
                client.delete_event_source_mapping(UUID=mapping["UUID"])

    def put_records(self, records: Sequence[DocumentRecord]) -> None:
        """Store the records, which are listed as any."""
        with in_parallel(lambda record: self._records.put(record, None), records, WRITERS) as stored:
            for _ in stored:
                pass

    def put(self, records: Sequence[DocumentRecord]) -> None:
        """Store the records, and their entries in the lists. None of them may be there yet."""
        self.put_records(records)
        listed = {record.doc_hash: Listed.of(record) for record in records}
        batches = [list(listed.items())[start : start + AT_A_TIME] for start in range(0, len(listed), AT_A_TIME)]
        with in_parallel(self._put_entries, batches, WRITERS) as written:
            for _ in written:
                pass
        counts = Counter(holder for record in records for holder in folder_path.holders(record.folder))
        self._put_states(listed, list(counts.items()))

    def _put_entries(self, batch: Sequence[tuple[str, Listed | None]]) -> None:
        entries = [entry for doc_hash, each in batch if each is not None for entry in each.entries(doc_hash)]
        self._lists.write(put=entries, delete=())

    def _put_states(self, listed: Mapping[str, Listed | None], counts: Sequence[tuple[str, int]]) -> None:
        """What is listed of each document; the numbers of folders go with some of them."""
        portions = [dict(counts[start : start + COUNTS_MAX]) for start in range(0, len(counts), COUNTS_MAX)]

        def put(place: int, doc_hash: str, each: Listed | None) -> None:
            portion = portions[place] if place < len(portions) else {}
            state = ListedState(revision=1, listed=each, serial=1)
            if not self._lists.commit([StateChange(doc_hash, NOTHING, state)], counts=portion):
                raise RunError(f"{doc_hash} is listed already")

        places = [(place, doc_hash, each) for place, (doc_hash, each) in enumerate(listed.items())]
        for number, doc_hash, each in places[: len(portions)]:
            put(number, doc_hash, each)
        with in_parallel(lambda one: put(*one), places[len(portions) :], WRITERS) as stored:
            for _ in stored:
                pass


def _lists(api: Api, tables: _Tables, many: int) -> Iterator[Figure]:
    asked: dict[str, Callable[[], object]] = {
        "a folder by title": partial(api.in_folder, "/shelf-0", limit=50),
        "all by title": partial(api.in_folder, "/", recursive=True, limit=50),
        "all by title, a prefix": partial(api.in_folder, "/", recursive=True, prefix="document 00001", limit=50),
        "all by time": partial(api.in_folder, "/", recursive=True, sort=Order.TIME, limit=50),
        "all that failed": partial(api.in_folder, "/", recursive=True, status=Status.FAILED, limit=50),
        "folders": partial(api.folders, "/", limit=50),
    }
    tables.stop_following()
    tables.put([_record(number) for number in range(FEW)])
    few = _in_turn(asked)
    tables.put([_record(number) for number in range(FEW, many)])
    after = _in_turn(asked)
    for name in asked:
        ratio = after[name] / few[name]
        yield Figure(f"list of {name}, p95 at {many} documents", "ms", after[name])
        yield Figure(f"list of {name}, p95 at {many} documents against {FEW}", "", ratio, 1.2)


def _record(number: int) -> DocumentRecord:
    sent = Sendable(
        doc_hash=f"document-{number:06d}",
        content_sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        content_type="text/plain",
        title=f"Document {number:06d}",
        folder=f"/shelf-{number // PER_FOLDER % (MANY // PER_FOLDER)}",
    )
    return _indexed(sent, failed=number % 10 == 0)


def _indexed(sent: Sendable, *, failed: bool = False) -> DocumentRecord:
    record, _ = accept(None, sent.submission(), now())
    assert record is not None
    status = Status.FAILED if failed else Status.INDEXED
    return record.model_copy(update={"status": status, "indexed_version": 0 if failed else 1})


def _in_turn(asked: dict[str, Callable[[], object]]) -> dict[str, float]:
    """p95 in milliseconds. They take turns, and so have the same machine."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for ask in asked.values():
        ask()
    for _ in range(ASKED):
        for name, ask in asked.items():
            started = time.perf_counter()
            ask()
            times[name].append((time.perf_counter() - started) * 1000)
    return {name: quantiles(of_list, n=20)[18] for name, of_list in times.items()}


def _demo(descriptor: StackDescriptor, api: Api, rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for document in stdlib_documents():
            Path(folder, f"{document.module}.md").write_text(document.text)
        _command(descriptor, "ingest", folder, "--wait", "--timeout", str(WAIT_SECONDS))
        ingested = [_command(descriptor, "ingest", folder) for _ in range(rounds)]
        _command(descriptor, "sync", folder, "--name", "demo")
        _wait(lambda: not api.counts().documents[Status.QUEUED] and not api.counts().documents[Status.PROCESSING])
        synced = [_command(descriptor, "sync", folder, "--name", "demo") for _ in range(rounds)]
    count = len(stdlib_documents())
    return [
        Figure(f"ingest of {count} unchanged files", "s", median(ingested), 1.5),
        Figure(f"sync of {count} unchanged files", "s", median(synced), 1.5),
    ]


def _small_files(descriptor: StackDescriptor, api: Api, tables: _Tables, files: int, rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            file = Path(folder, f"shelf-{number // PER_FOLDER}", f"file-{number}.md")
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"# File {number}\n\nIts number is {number}.\n")
        local = FolderReader(Path(folder), NAME, None).read()
        described = [Sendable.model_validate(each.source.described(each.sha256)) for each in local.files]
        there = api.folders("/").documents
        tables.put_records([_indexed(each) for each in described])
        _wait(partial(_holds, api, "/", there + files))
        synced = [_command(descriptor, "sync", folder, "--name", NAME) for _ in range(rounds)]
    return [Figure(f"sync of {files} unchanged small files", "s", median(synced), 30.0)]


def _moved(descriptor: StackDescriptor, api: Api, count: int) -> list[Figure]:
    documents = small_documents("moved", count)
    bodies = [{**body, "folder": "/moving/here"} for body, _ in documents]
    with in_parallel(api.submit, bodies, CLIENTS) as sent:
        accepted = list(sent)
    for each in accepted:
        wait_for(api, each, Status.INDEXED)
    _wait(partial(_holds, api, "/moving", count))
    before = _embedded(descriptor)
    started = time.perf_counter()
    run = api.move_folder("/moving", "/moved")
    _wait(lambda: api.folder_change(run.id).status != "running", MOVE_PAUSE_SECONDS)
    seconds = time.perf_counter() - started
    report = api.folder_change(run.id).report
    if report is None or not report.done or report.unchanged or report.counts.done != count:
        raise RunError(f"the move came to {report}")
    return [
        Figure(f"passages embedded while a folder of {count} documents moves", "", _embedded(descriptor) - before, 0.0),
        Figure(f"moving a folder of {count} documents", "s", seconds),
    ]


def _embedded(descriptor: StackDescriptor) -> float:
    """Texts that the embedding service has embedded, as its metrics say."""
    answer = httpx.get(f"{descriptor.embedding_url}/metrics", timeout=10).raise_for_status()
    [line] = [line for line in answer.text.splitlines() if line.startswith("embedding_texts_total")]
    return float(line.split()[-1])


def _holds(api: Api, folder: str, count: int) -> bool:
    return api.folders(folder).documents == count


def _finds(api: Api, word: str) -> bool:
    return bool(api.search(word, mode=Mode.KEYWORD, top_k=1).results)


def _is_indexed(api: Api, doc_hash: str) -> bool:
    return api.document(doc_hash).status is Status.INDEXED


def _edits(api: Api) -> list[float]:
    times = []
    for number in range(EDITS):
        doc_hash, word = f"edited-{number}", f"zeppelin{number}x{time.time_ns()}"
        api.submit(
            {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "The harbour."}
        )
        _wait(partial(_is_indexed, api, doc_hash))
        started = time.perf_counter()
        api.edit(doc_hash, {"title": word})
        _wait(partial(_finds, api, word), SEARCH_PAUSE_SECONDS)
        times.append(time.perf_counter() - started)
    return times


def _watched(descriptor: StackDescriptor) -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as folder, open_api(descriptor) as api:
        Path(folder, "first.md").write_text("# First\n\nThe first note.\n")
        command = [sys.executable, "-m", "cli.main", "sync", folder, "--name", "watched", "--watch", "--yes"]
        watching = subprocess.Popen(
            [*command, "--api-url", descriptor.api_url], env=_environment(descriptor), stdout=subprocess.DEVNULL
        )
        try:
            _wait(lambda: api.of_origin("watched").documents)
            for number in range(EDITS):
                word = f"dirigible{number}x{time.time_ns()}"
                started = time.perf_counter()
                Path(folder, f"file-{number}.md").write_text(f"# A note\n\nIts word is {word}.\n")
                _wait(partial(_finds, api, word), SEARCH_PAUSE_SECONDS)
                times.append(time.perf_counter() - started)
        finally:
            watching.terminate()
            watching.wait()
    return times


def _command(descriptor: StackDescriptor, *arguments: str) -> float:
    """Run `bloomweaver` with these arguments, and return how long it took in seconds. Raises `RunError`."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "cli.main", *arguments, "--api-url", descriptor.api_url]
    ended = subprocess.run(command, env=_environment(descriptor), capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RunError(f"bloomweaver {' '.join(arguments)} ended with {ended.returncode}: {ended.stderr[-500:]}")
    return time.perf_counter() - started


def _environment(descriptor: StackDescriptor) -> dict[str, str]:
    return os.environ | {"BLOOMWEAVER_TOKEN": descriptor.token()}


def _wait(condition: Callable[[], Any], pause: float = 0.2) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RunError(f"it was not so after {WAIT_SECONDS:.0f} s")
        time.sleep(pause)


@contextmanager
def _stack() -> Iterator[tuple[StackDescriptor, Api]]:
    with tempfile.TemporaryDirectory(prefix="library-") as directory:
        config = StackConfig(directory=Path(directory), aws_port=0, embedding_port=0)
        descriptor = stack.up(config, lambda line: console.print(plain(line)))
        try:
            with open_api(descriptor) as api:
                yield descriptor, api
        finally:
            stack.down(config, lambda line: console.print(plain(line)))


if __name__ == "__main__":
    typer.run(main)
