"""The summary: all figures of a time, kept for a minute."""

from datetime import timedelta

import pytest

from bloomweaver.errors import MetricsUnavailable
from bloomweaver.metrics.answers import FigureSeries, MetricsSummary
from bloomweaver.metrics.figures import ALL_ROUTES, FigureName, figures_of
from bloomweaver.metrics.ports import MetricQuery
from bloomweaver.metrics.route_groups import RouteGroup
from bloomweaver.metrics.summaries import KEPT_MAX, Summaries
from tests.metrics.memory_metrics import DEPLOYMENT, NOON, MemoryMetrics

FIGURES = figures_of(DEPLOYMENT)


class Time:
    """A clock that stands still: so many seconds after ten past noon."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> str:
        return (NOON + timedelta(minutes=10, seconds=self.seconds)).isoformat(timespec="microseconds")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def metrics() -> MemoryMetrics:
    return MemoryMetrics()


@pytest.fixture
def summaries(metrics: MemoryMetrics, time: Time) -> Summaries:
    return Summaries(metrics, FIGURES, time)


def query(name: FigureName, of: str | None = None, place: int = 0) -> MetricQuery:
    """What a figure is made of."""
    [found] = [figure for figure in FIGURES if (figure.name, figure.of) == (name, of)]
    return found.queries[place]


def told(summary: MetricsSummary, name: FigureName, of: str | None = None) -> FigureSeries:
    """What it says of a figure."""
    [found] = [figure for figure in summary.figures if (figure.name, figure.of) == (name, of)]
    return found


def test_every_figure_is_told_over_the_whole_time(summaries: Summaries) -> None:
    summary = summaries.summary(10)
    assert (summary.as_of, summary.since, summary.until, summary.period_seconds) == (
        "2026-11-30T12:10:00+00:00",
        "2026-11-30T12:00:00+00:00",
        "2026-11-30T12:10:00+00:00",
        60,
    )
    assert [(figure.name, figure.of) for figure in summary.figures] == [(figure.name, figure.of) for figure in FIGURES]
    assert {len(figure.points) for figure in summary.figures} == {10}


def test_a_figure_has_its_newest_point_with_its_time(metrics: MemoryMetrics, summaries: Summaries) -> None:
    metrics.sent = {
        query(FigureName.DURATION_P95, RouteGroup.SEARCH): {2: 40.0, 5: 90.0},
        query(FigureName.REQUESTS, RouteGroup.SEARCH): {2: 4.0, 5: 6.0},
        query(FigureName.SERVER_ERROR_RATE, RouteGroup.SEARCH): {5: 1.0},
        query(FigureName.QUEUE_DEPTH, "create"): {9: 12.0},
    }
    summary = summaries.summary(10)
    slow = told(summary, FigureName.DURATION_P95, RouteGroup.SEARCH)
    assert (slow.latest, slow.latest_at, slow.overall) == (90.0, "2026-11-30T12:05:00+00:00", None)
    requests = told(summary, FigureName.REQUESTS, RouteGroup.SEARCH)
    assert (requests.latest, requests.latest_at, requests.overall) == (0.0, "2026-11-30T12:07:00+00:00", 10.0)
    assert told(summary, FigureName.SERVER_ERROR_RATE, RouteGroup.SEARCH).overall == 0.1
    assert told(summary, FigureName.QUEUE_DEPTH, "create").latest == 12.0
    other = told(summary, FigureName.DURATION_P95, ALL_ROUTES)
    assert (other.latest, other.latest_at, other.missing) == (None, None, "nothing of it was measured in this time")


def test_documents_that_are_accepted_come_in_three_ways(metrics: MemoryMetrics, summaries: Summaries) -> None:
    metrics.sent = {query(FigureName.DOCUMENTS_ACCEPTED, place=place): {1: 10.0**place} for place in range(3)}
    assert told(summaries.summary(10), FigureName.DOCUMENTS_ACCEPTED).overall == 111.0


def test_it_is_made_once_a_minute_for_each_length_of_time(
    metrics: MemoryMetrics, summaries: Summaries, time: Time
) -> None:
    first = summaries.summary(10)
    time.seconds = 59.9
    assert summaries.summary(10) is first
    assert summaries.summary(20).period_seconds == 60
    assert summaries.summary(200).period_seconds == 300
    assert len(metrics.asked) == 3
    time.seconds = 60
    assert summaries.summary(10).as_of == "2026-11-30T12:11:00+00:00"
    assert len(metrics.asked) == 4


def test_no_metric_is_asked_for_twice(metrics: MemoryMetrics, summaries: Summaries) -> None:
    summaries.summary(10)
    [(queries, _, _, _)] = metrics.asked
    assert len(queries) == len(set(queries))


def test_only_so_many_are_kept(metrics: MemoryMetrics, summaries: Summaries) -> None:
    for minutes in range(1, KEPT_MAX + 2):
        summaries.summary(minutes)
    asked = len(metrics.asked)
    summaries.summary(KEPT_MAX + 1)
    assert len(metrics.asked) == asked
    summaries.summary(1)
    assert len(metrics.asked) == asked + 1


def test_what_could_not_be_read_is_told_and_not_made_up(metrics: MemoryMetrics, summaries: Summaries) -> None:
    metrics.failures[query(FigureName.CACHE_HITS)] = "CloudWatch could not read it: InternalError"
    hits = told(summaries.summary(10), FigureName.CACHE_HITS)
    assert (set(hits.points), hits.overall, hits.missing) == (
        {None},
        None,
        "CloudWatch could not read it: InternalError",
    )


def test_where_cloudwatch_is_away_nothing_is_told_and_the_next_asks_again(
    metrics: MemoryMetrics, summaries: Summaries, time: Time
) -> None:
    summaries.summary(10)
    time.seconds, metrics.unavailable = 61, True
    with pytest.raises(MetricsUnavailable):
        summaries.summary(10)
    metrics.unavailable = False
    assert summaries.summary(10).as_of == "2026-11-30T12:11:01+00:00"
