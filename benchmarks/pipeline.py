"""`make bench`: the demo's measurements in several rounds, with median, lowest and highest, as JSON and as a page."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import CorpusDocument, stdlib_documents
from benchmarks.demo import LATENCY_REQUESTS, SEARCHABLE_ROUNDS
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.machine import machine
from benchmarks.measurements import ingest, remove, times_to_searchable, watched_memory, webhook_latencies
from benchmarks.pipeline_report import as_markdown, print_table
from benchmarks.query_log import known_queries
from benchmarks.running import RunningStack, open_api, running_stack
from benchmarks.searching import Meanwhile, inside
from benchmarks.sections import replace_section
from cli.client import Api, ApiError
from cli.output import plain
from local.errors import StackError

RESULTS = Path(__file__).parent / "results" / "pipeline.json"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
ROUNDS_AT_LEAST = 3
QUERIES = 200
"""Of a round, each asked once by one mode."""

console = Console(highlight=False)


def main(
    rounds: Annotated[
        int, typer.Option(min=ROUNDS_AT_LEAST, help="How often everything is measured.")
    ] = ROUNDS_AT_LEAST,
    output: Annotated[Path, typer.Option(help="The JSON file to write.", show_default=False)] = RESULTS,
) -> None:
    """Measure the pipeline on this machine. Exits with 1 if a round could not be done."""
    corpus = stdlib_documents()
    measured: list[list[Figure]] = []
    try:
        with running_stack(lambda line: console.print(plain(line))) as stack, open_api(stack.descriptor) as api:
            start = [] if stack.up_seconds is None else figures.of_start(stack.up_seconds)
            queries = known_queries(corpus[1::2])[: QUERIES * rounds]
            for place in range(rounds):
                measured.append(measure_round(api, stack, corpus, queries[place::rounds]))
                console.print(f"round {place + 1} of {rounds}")
                figures.print_table(console, measured[-1])
            remove(api, [document.doc_hash for document in corpus])
            measured_figures = [*summary([start] if start else []), *summary(measured)]
            result = {
                "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": machine(),
                "model": api.health().model,
                "vector_store": stack.descriptor.vector_store,
                "figures": measured_figures,
            }
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=2) + "\n")
    print_table(console, measured_figures)
    console.print(plain(f"written to {output}"))
    if output == RESULTS:
        replace_section(PAGE, "pipeline", as_markdown(result))
        console.print(plain(f"written to {PAGE}"))


def measure_round(
    api: Api, stack: RunningStack, corpus: Sequence[CorpusDocument], queries: Sequence[str]
) -> list[Figure]:
    """One round, with queries that no other round has. Raises `RunError` and `ApiError`."""
    with watched_memory(stack.descriptor.processes) as memory:
        remove(api, [document.doc_hash for document in corpus])
        ingestion = ingest(api, corpus)
        if ingestion.unsuccessful:
            raise RunError(f"{len(ingestion.unsuccessful)} documents failed, so a round would say nothing")
        remove(api, [document.doc_hash for document in corpus])
        with Meanwhile(api, known_queries(corpus[::2])) as searches:
            ingest(api, corpus)
    inside_function = inside(api, queries)
    latencies = webhook_latencies(api, LATENCY_REQUESTS)
    times = times_to_searchable(api, SEARCHABLE_ROUNDS)
    return [
        *figures.of_ingestion(ingestion),
        *figures.of_searches(searches.seconds, inside_function),
        *figures.of_latencies(latencies),
        *figures.of_times_to_searchable(times),
        *figures.of_memory(memory.highest_mib),
    ]


def summary(rounds: Sequence[Sequence[Figure]]) -> list[dict[str, Any]]:
    """Each figure over the rounds, which all have the same ones in the same order."""
    summaries = []
    for same in zip(*rounds, strict=True):
        values = [figure.value for figure in same]
        described = asdict(same[0])
        del described["value"]
        summaries.append(
            {**described, "median": median(values), "min": min(values), "max": max(values), "rounds": values}
        )
    return summaries


if __name__ == "__main__":
    typer.run(main)
