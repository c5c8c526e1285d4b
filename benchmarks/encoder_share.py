"""The load of `make demo` beside the encoder alone on the same passages: `python -m benchmarks.encoder_share`.

A round is a new stack that takes the corpus, and then, with the stack stopped, the encoder in a process by itself on
every core. Both take place in one run, since absolute speeds differ by half between machines.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import stdlib_documents
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import ingest
from benchmarks.running import open_api
from bloomweaver.content import extract
from bloomweaver.passages.chunking import Chunker
from cli.client import ApiError
from cli.output import plain
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.tokenizer import load_tokenizer
from local import stack
from local.config import StackConfig
from local.errors import StackError

ROUNDS = 3
RATIO_MAX = 1.8
BATCH = 32
"""Passages of a request of the pipeline's."""

console = Console(highlight=False)


def main(rounds: Annotated[int, typer.Option(min=1, help="How often.")] = ROUNDS) -> None:
    """Measure on this machine. Exits with 1 if it could not be done."""
    loads, alones = [], []
    try:
        for _ in range(rounds):
            seconds, chunks = _load()
            loads.append(seconds)
            # A process of its own, as the service is one.
            command = [sys.executable, "-m", "benchmarks.encoder_share", "--encoder"]
            alone, passages = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            if int(passages) != chunks:
                raise RunError(f"the stack has {chunks} passages, and the encoder was given {passages}")
            alones.append(float(alone))
            console.print(f"load {loads[-1]:.1f} s, encoder alone {alones[-1]:.1f} s")
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    ratio = median(load / alone for load, alone in zip(loads, alones, strict=True))
    rows = [
        Figure("load of the demo's documents", "s", median(loads)),
        Figure("encoder alone on the same passages", "s", median(alones)),
        Figure("load against encoder, median of the rounds", "", ratio, RATIO_MAX),
    ]
    figures.print_table(console, rows)


def _load() -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        config = StackConfig(Path(folder), aws_port=0, embedding_port=0)
        try:
            with open_api(stack.up(config, lambda _: None)) as api:
                ingestion = ingest(api, stdlib_documents())
                return ingestion.seconds, ingestion.chunks
        finally:
            stack.down(config, lambda _: None)


def _encode() -> None:
    config = StackConfig()
    with Encoder(config.model) as encoder:
        chunker = Chunker(load_tokenizer(config.model), config.chunk_max_tokens, config.chunk_overlap_tokens)
        texts = [
            passage.text
            for document in stdlib_documents()
            for passage in chunker.split(extract("text/markdown", document.text.encode()))
        ]
        encoder.warm_up()
        began = time.perf_counter()
        for start in range(0, len(texts), BATCH):
            encoder.encode(texts[start : start + BATCH])
        print(time.perf_counter() - began, len(texts))


if __name__ == "__main__":
    if sys.argv[1:] == ["--encoder"]:
        _encode()
    else:
        typer.run(main)
