"""Everything killed half way through the demo's documents: `python -m benchmarks.endurance.crash`.

Measured is from the next `up` to the last document indexed, less the time that what was left would have taken anyway.
"""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import CorpusDocument, stdlib_documents
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import CLIENTS, CORPUS_SECONDS
from benchmarks.running import open_api
from bloomweaver.models.record import Status
from cli.client import Api, ApiError
from cli.output import plain
from cli.parallel import in_parallel
from faults.power_cut import power_cut
from local import stack
from local.config import StackConfig
from local.errors import StackError

ROUNDS = 3
POLL_SECONDS = 0.5
OVERHEAD_SECONDS_MAX = 15.0

console = Console(highlight=False)


def main(rounds: Annotated[int, typer.Option(min=1, help="How often, each time with a new stack.")] = ROUNDS) -> None:
    """Measure on this machine. Exits with 1 if it could not be done."""
    corpus = stdlib_documents()
    try:
        measured = [_measure(corpus) for _ in range(rounds)]
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    rows = [
        Figure("documents", "", len(corpus)),
        Figure("documents a second before", "1/s", median(rate for rate, _, _, _ in measured)),
        Figure("documents left when it died", "", median(left for _, left, _, _ in measured)),
        Figure("up", "s", median(up for _, _, up, _ in measured)),
        Figure("up until all are indexed", "s", median(whole for _, _, _, whole in measured)),
        Figure(
            "the same, less what was left at that rate",
            "s",
            median(whole - left / rate for rate, left, _, whole in measured),
            OVERHEAD_SECONDS_MAX,
        ),
    ]
    figures.print_table(console, rows)


def _measure(corpus: list[CorpusDocument]) -> tuple[float, int, float, float]:
    """Documents a second, how many were left, and the seconds until `up` was done, and until all was indexed."""
    with tempfile.TemporaryDirectory() as folder:
        config = StackConfig(Path(folder), aws_port=0, embedding_port=0)
        try:
            with open_api(stack.up(config, _report)) as api:
                began = time.monotonic()
                _send(api, corpus)
                done = _wait(api, len(corpus) // 2)
                rate = done / (time.monotonic() - began)
            power_cut(config)
            began = time.monotonic()
            with open_api(stack.up(config, _report)) as api:
                up = time.monotonic() - began
                _wait(api, len(corpus))
                return rate, len(corpus) - done, up, time.monotonic() - began
        finally:
            stack.down(config, _report)


def _send(api: Api, corpus: list[CorpusDocument]) -> None:
    with in_parallel(lambda document: api.submit(document.body()), corpus, CLIENTS) as answers:
        list(answers)


def _wait(api: Api, documents: int) -> int:
    deadline = time.monotonic() + CORPUS_SECONDS
    while (indexed := api.counts().documents[Status.INDEXED]) < documents:
        if time.monotonic() > deadline:
            raise RunError(f"{indexed} documents are indexed after {CORPUS_SECONDS:.0f} s, {documents} should be")
        time.sleep(POLL_SECONDS)
    return indexed


def _report(line: str) -> None:
    console.print(plain(line))


if __name__ == "__main__":
    typer.run(main)
