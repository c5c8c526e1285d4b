"""`make bench-embedding`: measures every system, round after round, and writes the results and the documentation."""

import json
import signal
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.corpus import stdlib_documents
from benchmarks.embedding.environments import INFINITY, OWN, PEERS, REPOSITORY
from benchmarks.embedding.latency import latency_round
from benchmarks.embedding.measure import Bench, Measured
from benchmarks.embedding.model_folder import MODEL, prepare_model_folder
from benchmarks.embedding.plot import write_plot
from benchmarks.embedding.quality import quality
from benchmarks.embedding.report import SYSTEM_COLUMNS, TARGET_COLUMNS, markdown, print_table, system_row
from benchmarks.embedding.results import SystemResult, over_rounds
from benchmarks.embedding.systems import REFERENCE, Library, Server, libraries, servers
from benchmarks.embedding.targets import Target, latency_targets, throughput_targets
from benchmarks.embedding.texts import text_sets
from benchmarks.errors import RunError
from benchmarks.machine import machine
from benchmarks.sections import replace_section
from cli.output import plain

RESULTS = REPOSITORY / "benchmarks" / "results" / "embedding.json"
PAGE = REPOSITORY / "docs" / "performance.md"
PLOT = REPOSITORY / "docs" / "images" / "embedding.png"
SECTION = "embedding"
ROUNDS = 3
SECONDS = 3.0
QUICK_SECONDS = 0.1
TEXTS, WARM_UP_TEXTS = 256, 64
QUICK_TEXTS, QUICK_WARM_UP_TEXTS = 32, 16

console = Console(highlight=False)
TABLE_WIDTH = 130


def main(
    rounds: Annotated[int, typer.Option(min=ROUNDS, help="How often everything is measured.")] = ROUNDS,
    quick: Annotated[
        bool, typer.Option("--quick", help="One short round, to see that it works: nothing is written.")
    ] = False,
) -> None:
    """Measure this project's embedding beside other libraries and servers, on the same texts and weights.

    Writes benchmarks/results/embedding.json, docs/performance.md and its picture. Exits with 1 if it cannot go on; a
    figure that misses its target does not decide.
    """
    # As on Ctrl-C: the process that is measured is ended, and not left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run(1 if quick else rounds, quick)
    except RunError as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error


def _run(rounds: int, quick: bool) -> None:
    versions = {"bloomweaver": OWN.versions(), "others": PEERS.versions(), "infinity": INFINITY.versions()}
    counts = (QUICK_TEXTS, QUICK_WARM_UP_TEXTS) if quick else (TEXTS, WARM_UP_TEXTS)
    texts = text_sets(stdlib_documents(), MODEL, *counts)
    with tempfile.TemporaryDirectory(prefix="bench-embedding-") as work:
        folder = Path(work) / "model"
        console.print("exporting the model for those that need it")
        prepare_model_folder(folder)
        bench = Bench(Path(work), texts, QUICK_SECONDS if quick else SECONDS)
        systems, latencies = _measure(bench, folder, rounds)
    targets = [*throughput_targets(systems), *latencies]
    results = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions,
        "model": MODEL,
        "rounds": rounds,
        "texts": {one.name: one.described() for one in texts},
        "reference": REFERENCE,
        "systems": [system.as_json() for system in systems],
        "targets": [target.as_json() for target in targets],
    }
    if console.width < TABLE_WIDTH:
        console.width = TABLE_WIDTH
    print_table(console, "Systems", SYSTEM_COLUMNS, [system_row(system) for system in systems])
    print_table(console, "Asked and measured", TARGET_COLUMNS, [target.row() for target in targets])
    if quick:
        console.print("a quick round: nothing is written")
        return
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    write_plot(PLOT, systems)
    replace_section(PAGE, SECTION, markdown(results, targets, systems, PLOT.relative_to(PAGE.parent).as_posix()))
    console.print(f"written: {', '.join(str(path.relative_to(REPOSITORY)) for path in (RESULTS, PAGE, PLOT))}")


def _measure(bench: Bench, folder: Path, rounds: int) -> tuple[list[SystemResult], list[Target]]:
    """Every system in each round, in turn; the vectors in the first."""
    all_systems: Sequence[Server | Library] = [*servers(folder), *libraries()]
    measured: dict[str, list[Measured]] = {system.name: [] for system in all_systems}
    vectors: dict[str, NDArray[np.float32]] = {}
    latencies = []
    for place in range(1, rounds + 1):
        for system in all_systems:
            started = time.perf_counter()
            if isinstance(system, Server):
                one, made = bench.server(system, with_vectors=place == 1)
            else:
                one, made = bench.library(system, folder, with_vectors=place == 1)
            measured[system.name].append(one)
            if made is not None:
                vectors[system.name] = made
            speeds = ", ".join(f"{what} {speed:.1f}/s" for what, speed in one.texts_per_second.items())
            console.print(f"round {place}: {system.name}: {speeds} ({time.perf_counter() - started:.0f} s)")
        console.print(f"round {place}: short queries")
        latencies.append(latency_round(folder))
    systems = [
        over_rounds(
            system.name,
            isinstance(system, Server),
            measured[system.name],
            quality(vectors[system.name], vectors[REFERENCE]),
        )
        for system in all_systems
    ]
    return systems, latency_targets(latencies)


if __name__ == "__main__":
    typer.run(main)
