"""Series: the points of a figure, one a period, made of datapoints of metrics."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean

from bloomweaver.metrics.figures import Figure, Kind, Unit
from bloomweaver.metrics.ports import Datapoints, MetricQuery

LATE = timedelta(minutes=2)
"""So long after its end, all that was sent in a period is there: what functions print comes by way of their logs."""
FINE_MINUTES = 180
"""Up to so long a time has a point each minute, a longer one has one each five."""
DIGITS = 4
"""Behind the point. More would make the answer longer and say nothing."""
DIGITS_OF_DOLLARS = 6

Points = list[float | None]
"""One a period, from the window's start on; none where it is not known."""


@dataclass(frozen=True)
class Window:
    """The time that is looked at: whole periods, the last of which has just ended."""

    since: datetime
    period: timedelta
    periods: int
    as_of: datetime

    @classmethod
    def before(cls, moment: datetime, minutes: int) -> "Window":
        """At least so many minutes up to the period of `moment`, which is not over and not in it."""
        period = timedelta(minutes=1 if minutes <= FINE_MINUTES else 5)
        periods = -(-timedelta(minutes=minutes) // period)
        midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        until = midnight + (moment - midnight) // period * period
        return cls(until - periods * period, period, periods, moment)

    @property
    def until(self) -> datetime:
        """Its end."""
        return self.since + self.periods * self.period

    @property
    def settled(self) -> int:
        """In how many of its periods, from the first on, whatever was sent is there."""
        return min(self.periods, max(0, (self.as_of - LATE - self.since) // self.period))

    def start_of(self, place: int) -> datetime:
        """When the period at a place began."""
        return self.since + place * self.period

    def lay_out(self, values: Mapping[datetime, float]) -> Points:
        """The values at their places."""
        points: Points = [None] * self.periods
        for start, value in values.items():
            place = (start - self.since) // self.period
            if 0 <= place < self.periods:
                points[place] = value
        return points


@dataclass(frozen=True)
class Series:
    """The points of a figure, what they are together, and why none of them is known, if none is."""

    points: Points
    overall: float | None
    missing: str | None


def series_of(figure: Figure, found: Mapping[MetricQuery, Datapoints], window: Window) -> Series:
    """The points of a figure, from what was found of its queries."""
    if not figure.queries:
        return _unknown(figure.absent, window)
    failures = [failure for query in figure.queries if (failure := found[query].failure) is not None]
    if failures:
        # A part of what happened would look like all of it.
        return _unknown(failures[0], window)
    scales = figure.scales or (1.0,) * len(figure.queries)
    laid_out = [
        _scaled(window.lay_out(found[query].values), scale) for query, scale in zip(figure.queries, scales, strict=True)
    ]
    points, overall = _made(figure.kind, laid_out, window)
    if all(point is None for point in points):
        return _unknown("nothing of it was measured in this time", window)
    digits = DIGITS_OF_DOLLARS if figure.unit is Unit.DOLLARS else DIGITS
    return Series([_told(point, digits) for point in points], _told(overall, digits), None)


def _unknown(why: str, window: Window) -> Series:
    return Series([None] * window.periods, None, why)


def _scaled(points: Points, scale: float) -> Points:
    return [value * scale if value is not None else None for value in points]


def _told(value: float | None, digits: int) -> float | None:
    return round(value, digits) if value is not None else None


def _made(kind: Kind, laid_out: Sequence[Points], window: Window) -> tuple[Points, float | None]:
    """The points, and what they are together."""
    match kind:
        case Kind.COUNTED:
            counts = _summed(laid_out, window.settled)
            return counts, sum(_known(counts))
        case Kind.RATE:
            seconds = window.period.total_seconds()
            rates = [value / seconds if value is not None else None for value in _summed(laid_out, window.settled)]
            return rates, fmean(known) if (known := _known(rates)) else None
        case Kind.SHARE:
            part, whole = laid_out
            # Who prints the one prints the other at the same time: what is not there is not on its way.
            shares = [(some or 0.0) / all_ if all_ else None for some, all_ in zip(part, whole, strict=True)]
            together = sum(_known(whole))
            return shares, sum(_known(part)) / together if together else None
        case Kind.MEASURED:
            [values] = laid_out
            return values, None


def _summed(laid_out: Sequence[Points], settled: int) -> Points:
    """The sum of what happened. Where nothing was sent it is 0, but for the newest periods, of which it may be on its
    way."""
    points: Points = []
    for place, values in enumerate(zip(*laid_out, strict=True)):
        sent = _known(values)
        points.append(sum(sent) if sent or place < settled else None)
    return points


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
