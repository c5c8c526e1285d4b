"""The summary of all figures, read at most once a minute: CloudWatch charges by the metric that is asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bloomweaver.metrics.answers import FigureSeries, MetricsSummary
from bloomweaver.metrics.figures import Figure
from bloomweaver.metrics.ports import MetricReader
from bloomweaver.metrics.series import Window, series_of
from bloomweaver.ports import Clock

KEPT = timedelta(minutes=1)
KEPT_MAX = 16
"""Answers that are kept at a time, one for each length of time that is asked for."""


class Summaries:
    """Makes summaries, and keeps each for a minute in this process."""

    def __init__(self, reader: MetricReader, figures: Sequence[Figure], clock: Clock) -> None:
        self._reader = reader
        self._figures = figures
        self._clock = clock
        self._kept: dict[int, MetricsSummary] = {}

    def summary(self, minutes: int) -> MetricsSummary:
        """The figures of the last `minutes`. Raises `MetricsUnavailable`."""
        now = datetime.fromisoformat(self._clock())
        # What is too old goes, whoever asked for it.
        self._kept = {
            length: kept for length, kept in self._kept.items() if now - datetime.fromisoformat(kept.as_of) < KEPT
        }
        if minutes not in self._kept:
            made = self._made(now, minutes)
            while len(self._kept) >= KEPT_MAX:
                del self._kept[next(iter(self._kept))]
            self._kept[minutes] = made
        return self._kept[minutes]

    def _made(self, now: datetime, minutes: int) -> MetricsSummary:
        window = Window.before(now, minutes)
        # A metric that two figures need is asked for once.
        queries = list(dict.fromkeys(query for figure in self._figures for query in figure.queries))
        period_seconds = int(window.period.total_seconds())
        found = self._reader.read(queries, since=window.since, until=window.until, period_seconds=period_seconds)
        return MetricsSummary(
            as_of=now.isoformat(),
            since=window.since.isoformat(),
            until=window.until.isoformat(),
            period_seconds=period_seconds,
            figures=[
                FigureSeries.of_series(figure, series_of(figure, found, window), window) for figure in self._figures
            ],
        )
