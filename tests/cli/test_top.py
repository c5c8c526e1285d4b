"""`bloomweaver top`."""

import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.cells import cell_len
from rich.console import Console

from bloomweaver.metrics.figures import FigureName, figures_of
from bloomweaver.metrics.ports import MetricQuery
from bloomweaver.metrics.summaries import Summaries
from cli import figure_tables, output
from cli.answers import MetricsSummary
from cli.commands import top as top_module
from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem
from tests.metrics.memory_metrics import DEPLOYMENT, MemoryMetrics
from tests.metrics.test_summaries import Time

PATH = "GET /v1/metrics/summary"
FIGURES = figures_of(DEPLOYMENT)
SENT: dict[tuple[FigureName, str | None, int], dict[int, float]] = {
    (FigureName.REQUESTS, "search", 0): {2: 1234.0, 5: 6.0},
    (FigureName.DURATION_P50, "search", 0): {2: 21.0},
    (FigureName.DURATION_P95, "search", 0): {2: 12_345.6},
    (FigureName.SERVER_ERROR_RATE, "search", 0): {5: 31.0},
    (FigureName.DOCUMENTS_ACCEPTED, None, 0): {3: 17.0},
    (FigureName.FRESHNESS_P95, None, 0): {3: 3.25},
    (FigureName.QUEUE_DEPTH, "create", 0): {9: 8.0},
    (FigureName.QUEUE_AGE, "create", 0): {9: 190.0},
    (FigureName.DEAD_LETTERS, "pinecone", 0): {9: 2.0},
    (FigureName.TOKENS_PER_SECOND, None, 0): {4: 90_000.0},
    (FigureName.BATCH_FILL, None, 0): {4: 87.5},
}


def summary(*, idle: bool = False) -> MetricsSummary:
    """A summary of ten minutes."""
    queries: dict[MetricQuery, dict[int, float]] = {}
    for (name, of, place), values in SENT.items() if not idle else ():
        [found] = [figure for figure in FIGURES if (figure.name, figure.of) == (name, of)]
        queries[found.queries[place]] = values
    return Summaries(MemoryMetrics(queries), FIGURES, Time()).summary(10)


def answers(api: FakeApi, *summaries: MetricsSummary) -> None:
    api.scripted[PATH] += [Answer(200, each.model_dump(mode="json")) for each in summaries]


def test_in_a_pipe_the_figures_are_shown_once_with_what_is_not_known_named(on_api: Command, api: FakeApi) -> None:
    answers(api, summary())
    run = on_api("top")
    assert run.exit_code == 0
    for shown in ("12:10:00 UTC", "over 10 min", "1,240", "21 ms", "12,346 ms", "2.5%", "17", "3.25 s", "3 min 10 s"):
        assert shown in run.stdout, shown
    for shown in ("17 accepted", "187.5 tokens/s", "87.5% of a batch filled", "- in service"):
        assert shown in run.stdout, shown
    [line] = [line for line in run.stdout.splitlines() if line.startswith("nothing of it was measured in this time")]
    for missing in ("duration p99 of search;", "queue depth of update", "freshness p50", "fleet desired"):
        assert missing in line, missing
    assert "queue depth of create" not in line
    assert "of all" not in line, "there were no requests that a percentile could be of"
    assert parse_qs(urlsplit(api.requests[-1].path).query) == {"minutes": ["15"]}


def test_what_is_asked_for_is_what_the_api_is_asked(on_api: Command, api: FakeApi) -> None:
    answers(api, summary(idle=True))
    assert on_api("top", "--minutes", 90).exit_code == 0
    assert parse_qs(urlsplit(api.requests[-1].path).query) == {"minutes": ["90"]}


def test_json_is_what_the_api_said(on_api: Command, api: FakeApi) -> None:
    answers(api, summary())
    assert on_api("top", "--json").json() == summary().model_dump(mode="json")


def test_it_looks_as_often_as_it_is_told_to(on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(top_module, "sleep", waited.append)
    answers(api, summary(idle=True), summary())
    run = on_api("top", "--times", 2, "--every", 5)
    assert (run.exit_code, waited) == (0, [5.0])
    assert run.stdout.count("UTC") == 2
    assert "1,240" in run.stdout


def test_on_a_terminal_it_goes_on_until_somebody_ends_it(
    on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(output, "results", Console(file=screen, width=80, force_terminal=True, highlight=False))
    looks = iter([None, None])

    def sleep(_: float) -> None:
        if next(looks, "over") == "over":
            raise KeyboardInterrupt

    monkeypatch.setattr(top_module, "sleep", sleep)
    answers(api, summary(), summary(), summary())
    assert on_api("top").exit_code == 0
    assert screen.getvalue().count("12:10:00 UTC") == 3


@pytest.mark.parametrize("idle", [False, True], ids=["busy", "idle"])
@pytest.mark.parametrize("width", [80, 60])
@pytest.mark.parametrize("terminal", [True, False])
def test_it_is_readable_at_80_columns(idle: bool, width: int, terminal: bool) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False)
    figure_tables.show(console, summary(idle=idle))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    if terminal:
        assert max(cell_len(line) for line in shown.splitlines()) <= width
        # As high as a terminal is at least.
        assert len([line for line in shown.splitlines() if line.strip()]) <= 24 or width < 80
    assert "…" not in shown
    assert ("1,240" in shown) is not idle
    assert "Waiting" in shown


def test_where_the_api_cannot_read_them_it_says_so(on_api: Command, api: FakeApi) -> None:
    api.scripted[PATH] += [problem(422, "minutes: it is too much")]
    run = on_api("top")
    assert (run.exit_code, "it is too much" in run.stderr) == (1, True)


@pytest.mark.parametrize("wrong", [("--minutes", 0), ("--minutes", 1441), ("--every", 0), ("--times", 0)])
def test_options_that_make_no_sense_are_refused(on_api: Command, wrong: tuple[Any, ...]) -> None:
    assert on_api("top", *wrong).exit_code == 2
