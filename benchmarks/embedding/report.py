"""The tables: Markdown for the documentation, and what the terminal shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from benchmarks.embedding.results import SystemResult
from benchmarks.embedding.spread import Spread
from benchmarks.embedding.targets import Target
from cli.tables import print_rows

TARGET_COLUMNS = ("figure", "asked", "measured", "met")
SYSTEM_COLUMNS = (
    "system", "256-token texts/s", "mixed texts/s", "peak memory MiB", "first vector s", "worst cosine",
    "top-10 overlap",
)  # fmt: skip


def system_row(system: SystemResult) -> tuple[str, ...]:
    """A system's line: medians, and lowest and highest of the speeds."""
    return (
        system.name,
        _with_range(system.long),
        _with_range(system.mixed),
        f"{system.peak_memory_mib.median:.0f}",
        f"{system.start_seconds.median:.2f}",
        f"{system.quality.cosine_worst:.5f}",
        f"{100 * system.quality.overlap_mean:.1f} %",
    )


def print_table(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows, all columns but the first as numbers."""
    names = [column if place == 0 else f"#{column}" for place, column in enumerate(columns)]
    print_rows(console, title, names, [[Text(cell) for cell in row] for row in rows])


def markdown(results: Mapping[str, Any], targets: Sequence[Target], systems: Sequence[SystemResult], plot: str) -> str:
    """The section of the documentation. `plot` is the path of the picture as the page links it."""
    machine, texts = results["machine"], results["texts"]
    versions = "; ".join(
        f"{name}: {', '.join(f'{package} {version}' for package, version in packages.items())}"
        for name, packages in results["versions"].items()
    )
    lengths = "; ".join(
        f"{name}: {one['texts']} of {one['tokens_min']} to {one['tokens_max']} tokens, {one['tokens_mean']} on average"
        for name, one in texts.items()
    )
    return "\n\n".join(
        (
            f"Measured on {results['measured_at'][:10]}: {machine['cpu']} "
            f"({', '.join(machine['cpu_features']) or 'no vector extensions known'}), {machine['cores']} cores, "
            f"{machine['memory_mib'] / 1024:.0f} GiB, {machine['system']}, Python {machine['python']}; "
            f"{results['rounds']} rounds. A speed is the median of the rounds, with the lowest and the highest.",
            markdown_table(TARGET_COLUMNS, [target.row() for target in targets]),
            markdown_table(SYSTEM_COLUMNS, [system_row(system) for system in systems]),
            f"![Texts a second, by system]({plot})",
            f"Texts: {lengths}.",
            f"Versions: {versions}.",
        )
    )


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, all columns but the first aligned to the right."""
    lines = [columns, ("---", *("---:" for _ in columns[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _with_range(spread: Spread) -> str:
    if len(spread.values) == 1:
        return f"{spread.median:.1f}"
    return f"{spread.median:.1f} ({spread.lowest:.1f} .. {spread.highest:.1f})"
