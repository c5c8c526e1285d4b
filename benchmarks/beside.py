"""This checkout beside another one: `python -m benchmarks.beside DIR` loads the demo's documents in each, in turns.

Each loads with its own environment on a stack of its own. Turns, since a machine is not the same from minute to minute.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.figures import number
from cli.output import plain
from local.config import REPOSITORY

SHOWN = {"documents per second": "1/s", "POST to searchable": "s", "CPU seconds": "s"}
PROCESSES_SHOWN = 12
LOADING = Path(__file__).parent / "loading.py"

console = Console(highlight=False)


def main(
    other: Annotated[Path, typer.Argument(help="A checkout with an environment in .venv, by `make install`.")],
    rounds: Annotated[int, typer.Option(min=1, help="Of each.")] = 3,
) -> None:
    """Measure both and print medians and ratios. Exits with 1 if one could not be measured."""
    theirs: list[dict[str, Any]] = []
    ours: list[dict[str, Any]] = []
    for turn in range(1, rounds + 1):
        for checkout, figures in ((other.absolute(), theirs), (REPOSITORY, ours)):
            figures.append(_load(checkout))
            line = f"{figures[-1]['documents per second']:.2f} documents a second"
            console.print(plain(f"round {turn}, {'this' if figures is ours else 'the other'}: {line}"))
    table = Table(title=f"This checkout beside the other: medians of {rounds}", title_justify="left")
    for column in ("Figure", "other", "this", "this / other"):
        table.add_column(column, justify="left" if column == "Figure" else "right")
    for name, unit in SHOWN.items():
        _add(table, name, unit, _values(theirs, name), _values(ours, name))
    for process in _costly(theirs, ours):
        _add(table, f"  {process}", "s", _spent(theirs, process), _spent(ours, process))
    console.print(table)


def _load(checkout: Path) -> dict[str, Any]:
    command = [str(checkout / ".venv" / "bin" / "python"), str(LOADING)]
    try:
        run = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        console.print(plain(f"{checkout.name}: {error.stderr[-2000:]}"))
        raise typer.Exit(1) from error
    figures: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return figures


def _add(table: Table, name: str, unit: str, theirs: Sequence[float], ours: Sequence[float]) -> None:
    before, after = median(theirs), median(ours)
    ratio = f"{after / before:.2f}" if before else ""
    table.add_row(name, f"{number(before)} {unit}", f"{number(after)} {unit}", ratio)


def _values(figures: Sequence[dict[str, Any]], name: str) -> list[float]:
    return [each[name] for each in figures]


def _spent(figures: Sequence[dict[str, Any]], process: str) -> list[float]:
    return [each["by process"].get(process, 0.0) for each in figures]


def _costly(*figures: Sequence[dict[str, Any]]) -> list[str]:
    names = {name for of_one in figures for each in of_one for name in each["by process"]}
    spent = {name: sum(sum(_spent(of_one, name)) for of_one in figures) for name in names}
    return sorted(spent, key=lambda name: -spent[name])[:PROCESSES_SHOWN]


if __name__ == "__main__":
    typer.run(main)
