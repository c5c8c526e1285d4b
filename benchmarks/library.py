"""How fast the library is: `python -m benchmarks.library`.

It starts a stack of its own. Files are those of Python's documentation, and small ones whose documents are put into the
tables as the pipeline leaves them. Commands are run as a person runs them, their own start included.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
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
from benchmarks.listed_documents import FOLDERS, PER_FOLDER, Tables, indexed, numbered
from benchmarks.measurements import CLIENTS, SEARCH_PAUSE_SECONDS, small_documents, wait_for
from benchmarks.running import open_api
from bloomweaver.documents.comparison import Sendable
from bloomweaver.library.listed import Order
from bloomweaver.models.record import Status
from bloomweaver.search.request import Mode
from cli.client import Api, ApiError
from cli.output import plain
from cli.parallel import in_parallel
from cli.syncing.folder import FolderReader
from local import stack
from local.config import StackConfig
from local.errors import StackError
from local.stack import StackDescriptor

ROUNDS = 3
SMALL_FILES = 10_000
FEW, MANY = 100, FOLDERS * PER_FOLDER
FEW_FAILED = 10
MOVED = 1000
ASKED = 200
EDITS = 10
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
            tables = Tables(descriptor)
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


def _lists(api: Api, tables: Tables, many: int) -> Iterator[Figure]:
    asked: dict[str, Callable[[], object]] = {
        "a folder by title": partial(api.in_folder, "/shelf-0", limit=50),
        "all by title": partial(api.in_folder, "/", recursive=True, limit=50),
        "all by title, a prefix": partial(api.in_folder, "/", recursive=True, prefix="document 00001", limit=50),
        "all by time": partial(api.in_folder, "/", recursive=True, sort=Order.TIME, limit=50),
        # As many as have failed of the few, so that pages are of one length.
        "all that failed": partial(api.in_folder, "/", recursive=True, status=Status.FAILED, limit=FEW_FAILED),
        "folders": partial(api.folders, "/", limit=50),
    }
    tables.stop_following()
    tables.put([numbered(number) for number in range(FEW)])
    few = _in_turn(asked)
    tables.put([numbered(number) for number in range(FEW, many)])
    after = _in_turn(asked)
    for name in asked:
        ratio = after[name] / few[name]
        yield Figure(f"list of {name}, p95 at {many} documents", "ms", after[name])
        yield Figure(f"list of {name}, p95 at {many} documents against {FEW}", "", ratio, 1.2)


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


def _small_files(descriptor: StackDescriptor, api: Api, tables: Tables, files: int, rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            file = Path(folder, f"shelf-{number // PER_FOLDER}", f"file-{number}.md")
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"# File {number}\n\nIts number is {number}.\n")
        local = FolderReader(Path(folder), NAME, None).read()
        described = [Sendable.model_validate(each.source.described(each.sha256)) for each in local.files]
        there = api.folders("/").documents
        tables.put_records([indexed(each) for each in described])
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
