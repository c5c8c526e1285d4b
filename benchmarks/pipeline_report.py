"""The pipeline's figures over all rounds: on the terminal, and as a table in the documentation."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from benchmarks.figures import number
from cli.tables import print_rows


def print_table(console: Console, summaries: Sequence[Mapping[str, Any]]) -> None:
    """Print each figure's median, lowest and highest beside its target."""
    columns = ("Figure", "#Median", "#Lowest", "#Highest", "#Target")
    print_rows(console, "All rounds", columns, [[Text(cell) for cell in _row(entry)] for entry in summaries])


def as_markdown(result: Mapping[str, Any]) -> str:
    """What was measured, where and when, and the figures as a Markdown table."""
    machine = result["machine"]
    lines = [
        f"Measured on {result['measured_at'][:10]}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_mib'] / 1024:.0f} GiB, {machine['system']}, Python {machine['python']}; "
        f"model {result['model']}, vectors in {result['vector_store']}.",
        "",
        "| figure | median | lowest | highest | target |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(_row(entry))} |" for entry in result["figures"]),
    ]
    return "\n".join(lines)


def _row(entry: Mapping[str, Any]) -> list[str]:
    target = entry["target"]
    return [
        f"{entry['name']} {entry['unit'] and '[' + entry['unit'] + ']'}".strip(),
        *(number(entry[key]) for key in ("median", "min", "max")),
        "" if target is None else f"{'>=' if entry['at_least'] else '<='} {number(target)}",
    ]
