"""The figures that a run measures, with the values that they are meant to reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median, quantiles

from rich.console import Console
from rich.text import Text

from benchmarks.measurements import Ingestion
from benchmarks.searching import Inside
from cli.tables import print_rows


@dataclass(frozen=True)
class Figure:
    """A measured value. `target` is the highest that is good enough, or the lowest if `at_least` is set; none is
    a figure to know, without a target."""

    name: str
    unit: str
    value: float
    target: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; none if there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def of_start(seconds: float) -> list[Figure]:
    """Of starting the stack."""
    return [Figure("stack up", "s", seconds)]


def of_ingestion(ingestion: Ingestion) -> list[Figure]:
    """Of a corpus that was sent in one go."""
    return [
        Figure("documents indexed", "", ingestion.documents),
        Figure("chunks indexed", "", ingestion.chunks),
        Figure("first POST to last document indexed", "s", ingestion.seconds),
        Figure("documents per second", "1/s", ingestion.documents / ingestion.seconds, 6.0, at_least=True),
        Figure("chunks per second", "1/s", ingestion.chunks / ingestion.seconds),
    ]


def of_latencies(seconds: Sequence[float]) -> list[Figure]:
    """Of single webhook requests to a stack that has nothing else to do."""
    milliseconds = [value * 1000 for value in seconds]
    return [
        Figure("webhook answer, idle, p50", "ms", median(milliseconds)),
        Figure("webhook answer, idle, p95", "ms", _percentile(milliseconds, 95), 150.0),
    ]


def of_times_to_searchable(seconds: Sequence[float]) -> list[Figure]:
    """Of one small document at a time, from its POST to the search that finds it."""
    return [
        Figure("POST to searchable, median", "s", median(seconds), 1.5),
        Figure("POST to searchable, longest", "s", max(seconds)),
    ]


def of_searches(meanwhile: Sequence[float], inside: Inside) -> list[Figure]:
    """Of searches while documents load, in seconds, and inside the function on a quiet stack, in milliseconds."""
    p50 = partial(_percentile, percent=50)
    p95 = partial(_percentile, percent=95)
    return [
        Figure("search while documents load, p50", "ms", p50(meanwhile) * 1000),
        Figure("search while documents load, p95", "ms", p95(meanwhile) * 1000, 400.0),
        Figure("search inside its function, hybrid, p50", "ms", p50(inside.hybrid), 25.0),
        Figure("search inside its function, hybrid, p95", "ms", p95(inside.hybrid), 40.0),
        Figure("search inside its function, dense, p50", "ms", p50(inside.dense)),
        Figure("search inside its function, dense, p95", "ms", p95(inside.dense)),
        Figure("searches that find their list kept", "", len(inside.repeated)),
        Figure("search that finds its list kept, p50", "ms", p50(inside.repeated), 5.0),
        Figure("search that finds its list kept, p95", "ms", p95(inside.repeated)),
    ]


def of_memory(mib: float) -> list[Figure]:
    """Of the stack's processes together."""
    return [Figure("memory of the stack, highest", "MiB", mib, 2048.0)]


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def print_table(console: Console, figures: Sequence[Figure]) -> None:
    """Print the figures beside their targets."""
    rows = []
    for figure in figures:
        bound = "" if figure.target is None else f"{'>=' if figure.at_least else '<='} {number(figure.target)}"
        verdict = {None: Text(), True: Text("met", "green"), False: Text("MISSED", "bold red")}[figure.met]
        measured = f"{number(figure.value)} {figure.unit}".strip()
        rows.append((Text(figure.name), Text(measured), Text(bound), verdict))
    print_rows(console, "Measured", ("Figure", "#Measured", "#Target", ""), rows)


def number(value: float) -> str:
    """A value as a person reads it."""
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.2f}"
