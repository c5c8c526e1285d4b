"""Series: a point a period, made of what was sent, and never a number where nothing is known."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.metrics.figures import Figure, FigureName, Kind, Unit
from bloomweaver.metrics.ports import Datapoints, MetricQuery, Statistic
from bloomweaver.metrics.requests import MINUTES_MAX
from bloomweaver.metrics.series import Series, Window, series_of
from tests.metrics.memory_metrics import NOON, minute

PART, WHOLE = (MetricQuery("space", name, (), Statistic.SUM) for name in ("part", "whole"))
# Six minutes from noon, of which the last two are too new to be sure of.
WINDOW = Window.before(NOON + timedelta(minutes=6, seconds=30), 6)


def figure(
    kind: Kind, *queries: MetricQuery, unit: Unit = Unit.COUNT, scales: tuple[float, ...] = (), absent: str = ""
) -> Figure:
    return Figure(FigureName.REQUESTS, None, unit, kind, queries, absent=absent, scales=scales)


def made(
    kind: Kind,
    *sent: Mapping[int, float],
    window: Window = WINDOW,
    unit: Unit = Unit.COUNT,
    scales: tuple[float, ...] = (),
) -> Series:
    """The series of a figure of that kind, of one query or of two, by what was sent of each by minute."""
    queries = (PART, WHOLE)[: len(sent)]
    found = {
        query: Datapoints({minute(number): value for number, value in values.items()})
        for query, values in zip(queries, sent, strict=True)
    }
    return series_of(figure(kind, *queries, unit=unit, scales=scales), found, window)


def test_what_is_counted_is_0_where_nothing_was_sent_and_not_known_where_it_may_be_on_its_way() -> None:
    assert made(Kind.COUNTED, {1: 3.0, 2: 4.0}) == Series([0, 3, 4, 0, None, None], 7, None)
    assert made(Kind.COUNTED, {5: 2.0}) == Series([0, 0, 0, 0, None, 2], 2, None)
    assert made(Kind.COUNTED, {}) == Series([0, 0, 0, 0, None, None], 0, None)


def test_what_is_counted_by_several_metrics_is_their_sum() -> None:
    assert made(Kind.COUNTED, {0: 1.0, 1: 1.0}, {1: 5.0, 5: 7.0}).points == [1, 6, 0, 0, None, 7]


def test_a_rate_is_by_the_second_and_over_the_time_the_mean() -> None:
    assert made(Kind.RATE, {0: 60.0, 4: 120.0}) == Series([1, 0, 0, 0, 2, None], 0.6, None)


def test_a_share_is_known_where_there_is_something_that_it_is_a_share_of() -> None:
    series = made(Kind.SHARE, {1: 1.0, 4: 3.0}, {1: 4.0, 3: 2.0, 4: 4.0, 5: 10.0})
    assert series == Series([None, 0.25, None, 0, 0.75, 0], 0.2, None)


def test_what_is_measured_is_not_known_where_nothing_was_sent() -> None:
    assert made(Kind.MEASURED, {0: 5.0, 3: 0.0}) == Series([5, None, None, 0, None, None], None, None)


def test_values_are_scaled() -> None:
    assert made(Kind.MEASURED, {0: 87.5}, scales=(0.01,)).points[0] == 0.875


def test_values_of_each_metric_are_scaled_before_they_are_summed() -> None:
    series = made(Kind.COUNTED, {0: 1000.0, 1: 500.0}, {0: 100.0}, unit=Unit.DOLLARS, scales=(0.5e-6, 2e-6))
    assert series == Series([0.0007, 0.00025, 0, 0, None, None], 0.00095, None)


@pytest.mark.parametrize("kind", [Kind.MEASURED, Kind.SHARE])
def test_a_figure_without_a_point_says_that_there_is_none(kind: Kind) -> None:
    series = made(kind, *([{}] * (2 if kind is Kind.SHARE else 1)))
    assert (series.points, series.overall) == ([None] * 6, None)
    assert series.missing == "nothing of it was measured in this time"


def test_a_count_of_periods_that_are_all_too_new_is_missing() -> None:
    series = made(Kind.COUNTED, {}, window=Window.before(NOON + timedelta(minutes=6), 1))
    assert (series.points, series.overall, series.missing is None) == ([None], None, False)


@pytest.mark.parametrize("failing", [PART, WHOLE])
def test_a_figure_of_which_a_part_could_not_be_read_has_no_points(failing: MetricQuery) -> None:
    found = {query: Datapoints({minute(0): 1.0}, "it broke" if query is failing else None) for query in (PART, WHOLE)}
    assert series_of(figure(Kind.COUNTED, PART, WHOLE), found, WINDOW) == Series([None] * 6, None, "it broke")


def test_a_figure_that_there_is_nothing_to_ask_for_says_why() -> None:
    series = series_of(figure(Kind.MEASURED, absent="no fleet"), {}, WINDOW)
    assert series == Series([None] * 6, None, "no fleet")


def test_a_value_of_another_time_has_no_place() -> None:
    assert made(Kind.MEASURED, {-1: 1.0, 6: 1.0, 2: 3.0}).points == [None, None, 3, None, None, None]


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.integers(1, MINUTES_MAX),
    st.integers(-12, 12),
)
def test_a_window_is_of_whole_periods_that_are_over(moment: datetime, minutes: int, offset: int) -> None:
    now = moment.replace(tzinfo=timezone(timedelta(hours=offset)))
    window = Window.before(now, minutes)
    assert timedelta() <= now - window.until < window.period
    assert window.until - window.since >= timedelta(minutes=minutes)
    assert window.until - window.since < timedelta(minutes=minutes) + window.period
    for edge in (window.since, window.until):
        assert (edge - datetime(2026, 1, 1, tzinfo=UTC)) % window.period == timedelta()
    assert window.periods <= 288
    # What is taken for 0 is over for two minutes at least.
    assert now - window.start_of(window.settled) >= timedelta(minutes=2) or window.settled == 0
