"""`make faults`: a run with a seed, its table, and exit code 1 if anything was found wrong."""

import json
import random
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.client import ApiError
from cli.output import plain
from faults.report import as_table, evidence
from faults.run import run
from faults.size import FULL, SMALL
from local.config import VectorStoreName
from local.errors import StackError

SEED_MAX = 10_000

console = Console(highlight=False)


def main(
    seed: Annotated[int | None, typer.Option(help="Repeats the workload and the schedule of a run.")] = None,
    small: Annotated[bool, typer.Option("--small", help="An eighth of the operations.")] = False,
    lancedb: Annotated[
        bool, typer.Option("--lancedb", help="With LanceDB in the place of Pinecone's stand-in.")
    ] = False,
    outcome_file: Annotated[
        Path | None, typer.Option("--outcome", help="Write the broken promises there too, as JSON.")
    ] = None,
) -> None:
    """Run the workload while everything around it fails, and check what comes of it."""
    chosen = random.randrange(SEED_MAX) if seed is None else seed
    vector_store: VectorStoreName = "lancedb" if lancedb else "pinecone"
    console.print(f"seed {chosen}")
    directory = Path(tempfile.mkdtemp(prefix="bloomweaver-faults-"))
    try:
        outcome = run(
            directory, SMALL if small else FULL, chosen, vector_store, lambda line: console.print(plain(line))
        )
    except (ApiError, StackError) as error:
        console.print("[bold red]The stack did not start, or does not answer:[/bold red] ", plain(str(error)), sep="")
        console.print(plain(f"seed {chosen}; data and logs: {directory}"))
        raise typer.Exit(1) from error
    if outcome_file is not None:
        violations = [violation.promise for violation in outcome.violations]
        outcome_file.write_text(json.dumps({"seed": chosen, "violations": violations}))
    console.print(as_table(outcome))
    for line in evidence(outcome):
        console.print(plain(line))
    if outcome.violations:
        console.print(plain(f"data and logs: {directory}"))
        console.print(f"[bold red]{len(outcome.violations)} violations, with seed {chosen}[/bold red]")
        raise typer.Exit(1)
    shutil.rmtree(directory)


if __name__ == "__main__":
    typer.run(main)
