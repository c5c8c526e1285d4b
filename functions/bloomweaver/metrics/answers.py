"""What the route about figures answers."""

from pydantic import BaseModel, ConfigDict

from bloomweaver.metrics.figures import Figure, FigureName, Unit
from bloomweaver.metrics.series import Series, Window


class FigureSeries(BaseModel):
    """A figure as a series, and how it stands."""

    model_config = ConfigDict(frozen=True)

    name: FigureName
    of: str | None
    """The group of routes or the queue that it is of; null where it is of the whole deployment."""
    unit: Unit
    points: list[float | None]
    """One a period, the oldest first; null where it is not known."""
    latest: float | None
    """The newest one that is known."""
    latest_at: str | None
    """When its period began."""
    overall: float | None
    """Of what is counted, the sum of the points; of rates, their mean; of shares, that of the whole time. Null where
    none of it is known, and of percentiles and what else is measured, which cannot be put together."""
    missing: str | None
    """Why no point is known; null where one is."""

    @classmethod
    def of_series(cls, figure: Figure, series: Series, window: Window) -> "FigureSeries":
        """What is told of a figure."""
        known = [(place, value) for place, value in enumerate(series.points) if value is not None]
        place, latest = known[-1] if known else (None, None)
        return cls(
            name=figure.name,
            of=figure.of,
            unit=figure.unit,
            points=series.points,
            latest=latest,
            latest_at=window.start_of(place).isoformat() if place is not None else None,
            overall=series.overall,
            missing=series.missing,
        )


class MetricsSummary(BaseModel):
    """Figures of now, as series over the time before."""

    model_config = ConfigDict(frozen=True)

    as_of: str
    """When CloudWatch was asked, ISO 8601, UTC, as every time here. An answer is given again for a minute."""
    since: str
    """When the first period began."""
    until: str
    """When the last one ended. The period that is not over is in no answer."""
    period_seconds: int
    figures: list[FigureSeries]
