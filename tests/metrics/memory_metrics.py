"""Metrics in memory, by minute, with the faults that CloudWatch may have."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bloomweaver.answering.prices import TokenPrices
from bloomweaver.errors import MetricsUnavailable
from bloomweaver.metrics.figures import Deployment
from bloomweaver.metrics.ports import Datapoints, MetricQuery

DEPLOYMENT = Deployment(
    stack="stack",
    stage="v1",
    queues={"create": "q-create", "update": "q-update"},
    dead_letter_queues={"create": "q-create-dead", "pinecone": "q-pinecone-dead"},
    fleet_group="group",
    token_prices=TokenPrices(read=0.5, written=2.0),
)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def minute(number: int) -> datetime:
    """The start of a minute, counted from noon."""
    return NOON + timedelta(minutes=number)


class MemoryMetrics:
    """Implements `MetricReader`."""

    def __init__(self, sent: Mapping[MetricQuery, Mapping[int, float]] | None = None) -> None:
        """`sent` are the values of each query by minute from noon."""
        self.sent = dict(sent or {})
        self.failures: dict[MetricQuery, str] = {}
        self.unavailable = False
        self.asked: list[tuple[Sequence[MetricQuery], datetime, datetime, int]] = []

    def read(
        self, queries: Sequence[MetricQuery], *, since: datetime, until: datetime, period_seconds: int
    ) -> Mapping[MetricQuery, Datapoints]:
        """See `MetricReader`."""
        if self.unavailable:
            raise MetricsUnavailable("it is away")
        self.asked.append((queries, since, until, period_seconds))
        return {
            query: Datapoints(
                {
                    minute(number): value
                    for number, value in self.sent.get(query, {}).items()
                    if since <= minute(number) < until
                },
                self.failures.get(query),
            )
            for query in queries
        }
