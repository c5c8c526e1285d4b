"""Figures of now: readable on a terminal of 80 columns and 24 lines, and in a pipe.

What is not known is a dash, and named below with why.
"""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from bloomweaver.metrics.figures import FigureName, Unit
from cli import output
from cli.answers import FigureSeries, MetricsSummary
from cli.run_tree import duration, seconds_of
from cli.tables import print_rows

UNKNOWN = "-"
ALARMING = "bold red"
_REQUESTS = {
    "#Requests": FigureName.REQUESTS,
    "#p50": FigureName.DURATION_P50,
    "#p95": FigureName.DURATION_P95,
    "#p99": FigureName.DURATION_P99,
    "#4xx": FigureName.CLIENT_ERROR_RATE,
    "#5xx": FigureName.SERVER_ERROR_RATE,
}
_QUEUES = {
    "#Waiting": FigureName.QUEUE_DEPTH,
    "#Oldest": FigureName.QUEUE_AGE,
    "#Dead letters": FigureName.DEAD_LETTERS,
}
_LINES: Mapping[str, Mapping[FigureName, str]] = {
    "documents": {
        FigureName.DOCUMENTS_ACCEPTED: "accepted",
        FigureName.DOCUMENTS_INDEXED: "indexed",
        FigureName.DOCUMENTS_DELETED: "deleted",
        FigureName.DOCUMENTS_PARTIAL: "partial",
        FigureName.DOCUMENTS_FAILED: "failed",
    },
    "freshness": {FigureName.FRESHNESS_P50: "p50", FigureName.FRESHNESS_P95: "p95"},
    "embedding": {
        FigureName.PASSAGES_PER_SECOND: "passages/s",
        FigureName.TOKENS_PER_SECOND: "tokens/s",
        FigureName.BATCH_FILL: "of a batch filled",
    },
    "answers": {
        FigureName.ANSWERS: "made",
        FigureName.ANSWER_TOKENS_READ: "tokens read",
        FigureName.ANSWER_TOKENS_WRITTEN: "written",
        FigureName.ANSWER_COST: "spent",
    },
    "cache": {FigureName.CACHE_HITS: "hits", FigureName.CACHE_HIT_RATE: "of searches"},
    "fleet": {FigureName.FLEET_IN_SERVICE: "in service", FigureName.FLEET_DESIRED: "wanted"},
}
_LINE_NAME_CELLS = 11
_WRONG = {
    FigureName.SERVER_ERROR_RATE,
    FigureName.DEAD_LETTERS,
    FigureName.DOCUMENTS_FAILED,
    FigureName.DOCUMENTS_PARTIAL,
}
"""What should be 0."""


def show(console: Console, summary: MetricsSummary) -> None:
    """Print the figures: what is counted over the whole time, all else as it was in the newest minute that has any."""
    figures = {(figure.name, figure.of): figure for figure in summary.figures}
    span = round(seconds_of(summary.since, summary.until) / 60)
    _print_line(console, output.plain(f"as of {summary.as_of[11:19]} UTC, over {span} min; percentiles of the newest"))
    for first, columns in (("Routes", _REQUESTS), ("Queue", _QUEUES)):
        rows = list(_rows(figures, list(columns.values())))
        print_rows(console, None, (first, *columns), rows, ruled=False)
    for name, parts in _LINES.items():
        _print_line(console, _line(name, parts, figures))
    for text in _missing(summary.figures):
        _print_line(console, output.plain(text))


_ByName = Mapping[tuple[FigureName, str | None], FigureSeries]


def _rows(figures: _ByName, names: Sequence[FigureName]) -> Iterator[Sequence[Text]]:
    """A row for each group of routes or queue that has any of these figures."""
    for of in dict.fromkeys(of for name, of in figures if name in names and of is not None):
        yield output.plain(of), *(_cell(figures.get((name, of))) for name in names)


def _line(line: str, parts: Mapping[FigureName, str], figures: _ByName) -> Text:
    told = [Text.assemble(_cell(figures.get((name, None))), f" {label}") for name, label in parts.items()]
    return Text.assemble(f" {line:<{_LINE_NAME_CELLS}}", Text(", ").join(told))


def _missing(figures: Sequence[FigureSeries]) -> Iterator[str]:
    """A line for each reason, with the figures that are not known for it. Of requests that there were none of there is
    nothing to know."""
    without = {figure.of for figure in figures if figure.name is FigureName.REQUESTS and figure.overall == 0}
    reasons: dict[str, dict[str, list[str]]] = {}
    for figure in figures:
        if figure.missing is not None and not (figure.name in _REQUESTS.values() and figure.of in without):
            names = reasons.setdefault(figure.missing, {})
            names.setdefault(figure.name.replace("_", " "), []).extend([figure.of] if figure.of is not None else [])
    for reason, names in reasons.items():
        told = (f"{name} of {', '.join(of)}" if of else name for name, of in names.items())
        yield f"{reason}: {'; '.join(told)}"


def _cell(figure: FigureSeries | None) -> Text:
    if figure is None:
        return Text()  # a queue that there are no dead letters of, or that has nothing but those
    value = figure.overall if figure.overall is not None else figure.latest
    if value is None:
        return Text(UNKNOWN)
    return Text(_worded(figure.unit, value), ALARMING if value and figure.name in _WRONG else "")


def _worded(unit: Unit, value: float) -> str:
    match unit:
        case Unit.COUNT:
            return f"{value:,.0f}"
        case Unit.MILLISECONDS:
            return f"{value:,.0f} ms"
        case Unit.SECONDS:
            return duration(value)
        case Unit.PER_SECOND:
            return f"{value:,.1f}"
        case Unit.SHARE:
            return f"{value:.1%}"
        case Unit.DOLLARS:
            return f"${value:,.4f}"


def _print_line(console: Console, line: Text) -> None:
    if console.is_terminal:
        console.print(line)
    else:
        console.print(line, soft_wrap=True)
