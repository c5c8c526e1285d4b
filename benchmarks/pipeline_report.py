"""The pipeline's figures over all rounds: as a table on the terminal, and as one in the documentation."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from benchmarks.figures import number


def as_table(summaries: Sequence[Mapping[str, Any]]) -> Table:
    """Each figure's median, lowest and highest beside its target."""
    table = Table(title="All rounds", title_justify="left")
    table.add_column("Figure")
    for column in ("Median", "Lowest", "Highest", "Target"):
        table.add_column(column, justify="right")
    for entry in summaries:
        table.add_row(*_row(entry))
    return table


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
