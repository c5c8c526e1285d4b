"""What search gains by what it keeps: `python -m benchmarks.search_cache`.

It starts a stack of its own, indexes Python's documentation, and replays a query log with a Zipf shape: once while
nothing else happens, beginning with nothing kept, and once while documents change, one every few seconds. Milliseconds
are those inside the function, as each answer tells them.
"""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from benchmarks.corpus import stdlib_documents
from benchmarks.errors import RunError
from benchmarks.measurements import ingest
from benchmarks.query_log import WARM_UP, known_queries, zipf_log
from benchmarks.running import open_api
from benchmarks.sections import replace_section
from bloomweaver.search.answer import Source
from cli.client import Api, ApiError
from cli.output import plain
from cli.parallel import in_parallel
from cli.tables import print_rows
from local import stack
from local.config import StackConfig
from local.errors import StackError

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
SECTION = "search-cache"
CHANGES_SEED_OFFSET = 1
COLUMNS = ("while", "candidates from", "#searches", "#share", "#p50 ms", "#p95 ms", "#mean ms")

console = Console(highlight=False)


@dataclass(frozen=True)
class Answered:
    """A search of the log."""

    source: Source | None
    milliseconds: float


@dataclass(frozen=True)
class Replayed:
    """A log that was replayed, and what went on meanwhile."""

    meanwhile: str
    answers: list[Answered]
    changes: int

    def milliseconds(self, source: Source | None) -> list[float]:
        """Of the searches whose candidates are from there."""
        return [answer.milliseconds for answer in self.answers if answer.source is source]

    @property
    def saved(self) -> float:
        """Milliseconds that a search takes less, on average, than one that finds nothing kept."""
        return mean(self.milliseconds(None)) - mean(answer.milliseconds for answer in self.answers)


class Changes:
    """Updates one document after another, in a thread of its own."""

    def __init__(self, api: Api, bodies: Sequence[dict[str, Any]], every_seconds: float) -> None:
        self._api = api
        self._bodies = bodies
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="changes")
        self._failure: ApiError | None = None
        self.count = 0

    def __enter__(self) -> "Changes":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every_seconds):
                body = self._bodies[self.count % len(self._bodies)]
                self._api.submit({**body, "title": f"{body['title']} (change {self.count})"})
                self.count += 1
        except ApiError as error:
            self._failure = error


def main(
    requests: Annotated[int, typer.Option(min=10, help="Searches of each log.")] = 1500,
    queries: Annotated[int, typer.Option(min=2, help="Different queries that a log may have.")] = 500,
    exponent: Annotated[float, typer.Option(min=0, help="Of the Zipf distribution.")] = 1.0,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds from one change of a document to the next.")] = 10.0,
    modules: Annotated[int, typer.Option(min=1, help="Documents at most.")] = 1000,
    clients: Annotated[int, typer.Option(min=1, help="Searches at a time.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the logs.")] = 1,
    write: Annotated[bool, typer.Option("--write", help="Write the table into docs/performance.md.")] = False,
) -> None:
    """Replay a query log while nothing happens, and while documents change."""
    corpus = stdlib_documents()[:modules]
    chosen = known_queries(corpus)[:queries]
    try:
        with _stack() as api:
            ingestion = ingest(api, corpus)
            console.print(plain(f"{ingestion.documents} documents, {ingestion.chunks} passages"))
            _replay(api, WARM_UP, clients)
            quiet = Replayed("nothing changes", _replay(api, zipf_log(chosen, requests, exponent, seed), clients), 0)
            log = zipf_log(chosen, requests, exponent, seed + CHANGES_SEED_OFFSET)
            with Changes(api, [document.body() for document in corpus], every) as changes:
                answers = _replay(api, log, clients)
            changing = Replayed(f"a document changes every {every:g} s", answers, changes.count)
        replayed = [quiet, changing]
        if write:
            replace_section(PAGE, SECTION, _markdown(replayed, ingestion.documents, ingestion.chunks, exponent))
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]It could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    rows = [[Text(cell) for cell in row] for row in _rows(replayed)]
    print_rows(console, "What search keeps", COLUMNS, rows)
    for each in replayed:
        console.print(plain(_saved(each)))


def _replay(api: Api, log: Sequence[str], clients: int) -> list[Answered]:
    """Search for each query of the log. Raises `ApiError`."""

    def search(query: str) -> Answered:
        answer = api.search(query)
        return Answered(answer.cached, answer.took_ms["total"])

    with in_parallel(search, log, clients) as answers:
        return list(answers)


def _rows(replayed: Sequence[Replayed]) -> list[list[str]]:
    rows = []
    for each in replayed:
        counts = Counter(answer.source for answer in each.answers)
        for source in (Source.MEMORY, Source.TABLE, None):
            found = each.milliseconds(source)
            share = f"{counts[source] / len(each.answers):.0%}"
            times = [f"{value:.1f}" for value in (*_percentiles(found), mean(found))] if found else ["", "", ""]
            rows.append([each.meanwhile, source or "the indexes", f"{len(found):,}", share, *times])
    return rows


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    if len(values) == 1:
        return values[0], values[0]
    cuts = quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[94]


def _saved(each: Replayed) -> str:
    kept = sum(answer.source is not None for answer in each.answers) / len(each.answers)
    changes = f", {each.changes} changes" if each.changes else ""
    return f"while {each.meanwhile}{changes}: {kept:.0%} from what was kept, {each.saved:.1f} ms less for a search"


def _markdown(replayed: Sequence[Replayed], documents: int, passages: int, exponent: float) -> str:
    heads = [column.lstrip("#") for column in COLUMNS]
    sides = ["---:" if column.startswith("#") else "---" for column in COLUMNS]
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}: {documents} documents of {passages} passages, "
        f"{len(replayed[0].answers):,} searches each, Zipf with the exponent {exponent:g}.",
        "",
        *(f"| {' | '.join(cells)} |" for cells in (heads, sides, *_rows(replayed))),
        "",
        *(f"- {_saved(each)}" for each in replayed),
    ]
    return "\n".join(lines)


@contextmanager
def _stack() -> Iterator[Api]:
    """A stack of its own, in which nothing is kept yet."""
    with tempfile.TemporaryDirectory(prefix="search-cache-") as directory:
        config = StackConfig(directory=Path(directory), aws_port=0, embedding_port=0)
        descriptor = stack.up(config, lambda line: console.print(plain(line)))
        try:
            with open_api(descriptor) as api:
                yield api
        finally:
            stack.down(config, lambda line: console.print(plain(line)))


if __name__ == "__main__":
    typer.run(main)
