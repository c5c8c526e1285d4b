"""The pipeline of this checkout beside that of another one: `python -m benchmarks.beside DIR`.

Each runs its own `benchmarks.pipeline` with its own environment, one after the other on the same machine.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.figures import number
from cli.output import plain
from local.config import REPOSITORY

SHOWN = (
    "stack up",
    "documents per second",
    "webhook answer, idle, p95",
    "POST to searchable, median",
    "memory of the stack, highest",
)

console = Console(highlight=False)


def main(
    other: Annotated[Path, typer.Argument(help="A checkout with an environment in .venv, by `make install`.")],
    rounds: Annotated[int, typer.Option(min=3, help="Of each.")] = 3,
) -> None:
    """Measure both and print the ratios. Exits with 1 if one could not be measured."""
    table = Table(title="This checkout beside the other: medians", title_justify="left")
    for column in ("Figure", "other", "this", "this / other"):
        table.add_column(column, justify="left" if column == "Figure" else "right")
    theirs, ours = _figures(other.absolute(), rounds), _figures(REPOSITORY, rounds)
    for name in SHOWN:
        if name in theirs and name in ours:
            before, after = theirs[name]["median"], ours[name]["median"]
            unit = ours[name]["unit"]
            table.add_row(name, f"{number(before)} {unit}", f"{number(after)} {unit}", f"{after / before:.2f}")
    console.print(table)


def _figures(checkout: Path, rounds: int) -> dict[str, Any]:
    console.print(plain(f"measuring {checkout.name}"))
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "figures.json"
        command = [str(checkout / ".venv" / "bin" / "python"), "-m", "benchmarks.pipeline"]
        subprocess.run([*command, "--rounds", str(rounds), "--output", str(output)], cwd=checkout, check=True)
        return {figure["name"]: figure for figure in json.loads(output.read_text())["figures"]}


if __name__ == "__main__":
    typer.run(main)
