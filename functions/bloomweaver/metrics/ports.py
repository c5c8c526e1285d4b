"""What the figures need from outside: statistics of metrics, over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Statistic(StrEnum):
    """What is taken of the values of a metric in a period."""

    SUM = "Sum"
    AVERAGE = "Average"
    MAXIMUM = "Maximum"
    COUNT = "SampleCount"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"


@dataclass(frozen=True)
class MetricQuery:
    """A statistic of a metric: of the one with exactly these dimensions, by name and value."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: Statistic


@dataclass(frozen=True)
class Datapoints:
    """The values that there are, by the start of their period; a period in which nothing was sent has none.

    With `failure`, these are not all, and it says why.
    """

    values: Mapping[datetime, float]
    failure: str | None = None


class MetricReader(Protocol):
    """Where metrics are kept. Raises `MetricsUnavailable` where it cannot be reached, or is asked too often."""

    def read(
        self, queries: Sequence[MetricQuery], *, since: datetime, until: datetime, period_seconds: int
    ) -> Mapping[MetricQuery, Datapoints]:
        """What there is of each query, from `since` on and before `until`. Both are multiples of the period."""
