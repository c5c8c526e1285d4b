"""Which figures there are, and which metrics each is made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bloomweaver.answering.prices import PER, TokenPrices
from bloomweaver.metrics import own
from bloomweaver.metrics.ports import MetricQuery, Statistic
from bloomweaver.metrics.route_groups import RouteGroup

ALL_ROUTES = "all"
"""In the place of a group: what API Gateway itself says of all requests, those too that reach no function."""


class FigureName(StrEnum):
    """What a figure says. docs/operations.md says what to make of it."""

    REQUESTS = "requests"
    DURATION_P50 = "duration_p50"
    DURATION_P95 = "duration_p95"
    DURATION_P99 = "duration_p99"
    CLIENT_ERROR_RATE = "client_error_rate"
    SERVER_ERROR_RATE = "server_error_rate"
    DOCUMENTS_ACCEPTED = "documents_accepted"
    DOCUMENTS_INDEXED = "documents_indexed"
    DOCUMENTS_DELETED = "documents_deleted"
    DOCUMENTS_PARTIAL = "documents_partial"
    DOCUMENTS_FAILED = "documents_failed"
    FRESHNESS_P50 = "freshness_p50"
    FRESHNESS_P95 = "freshness_p95"
    PASSAGES_PER_SECOND = "passages_per_second"
    TOKENS_PER_SECOND = "tokens_per_second"
    BATCH_FILL = "batch_fill"
    QUEUE_DEPTH = "queue_depth"
    QUEUE_AGE = "queue_age"
    DEAD_LETTERS = "dead_letters"
    ANSWERS = "answers"
    ANSWER_TOKENS_READ = "answer_tokens_read"
    ANSWER_TOKENS_WRITTEN = "answer_tokens_written"
    ANSWER_COST = "answer_cost"
    CACHE_HITS = "cache_hits"
    CACHE_HIT_RATE = "cache_hit_rate"
    FLEET_IN_SERVICE = "fleet_in_service"
    FLEET_DESIRED = "fleet_desired"


class Unit(StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    PER_SECOND = "per_second"
    SHARE = "share"
    """0 to 1."""
    DOLLARS = "dollars"


class Kind(StrEnum):
    """How a point of a figure is made, and what it means if nothing was sent in its period."""

    COUNTED = "counted"
    """What happened, by the sum of its queries. Nothing was sent: it did not happen."""
    RATE = "rate"
    """The same, by the second."""
    SHARE = "share"
    """The first of two queries in the second. Nothing was sent of the first: none of them. Of the second: not known."""
    MEASURED = "measured"
    """As the query has it. Nothing was sent: not known."""


@dataclass(frozen=True)
class Figure:
    """A figure: of a group of routes or a queue, or of the whole deployment."""

    name: FigureName
    of: str | None
    unit: Unit
    kind: Kind
    queries: tuple[MetricQuery, ...]
    """None where there is nothing to ask for: `absent` says why."""
    absent: str = ""
    scales: tuple[float, ...] = ()
    """What the values of each query are multiplied by; empty: by nothing."""


@dataclass(frozen=True)
class Deployment:
    """What metrics are named by."""

    stack: str
    """The dimension `service` of the functions' own, and the API's name."""
    stage: str
    queues: Mapping[str, str]
    """The names of queues, by what they are called here."""
    dead_letter_queues: Mapping[str, str]
    fleet_group: str
    """Empty without a fleet."""
    token_prices: TokenPrices | None = None
    """Of the model that writes answers, where they are known."""


def figures_of(deployment: Deployment) -> Sequence[Figure]:
    """All figures of a deployment."""
    return [
        *_of_all_requests(deployment),
        *(figure for group in RouteGroup for figure in _of_requests(deployment, group)),
        *_of_documents(deployment),
        *_of_embedding(deployment),
        *_of_queues(deployment),
        *_of_answers(deployment),
        *_of_search_cache(deployment),
        *_of_fleet(deployment),
    ]


_PERCENTILES = {
    FigureName.DURATION_P50: Statistic.P50,
    FigureName.DURATION_P95: Statistic.P95,
    FigureName.DURATION_P99: Statistic.P99,
}


def _of_all_requests(deployment: Deployment) -> Iterator[Figure]:
    def query(name: str, statistic: Statistic) -> MetricQuery:
        dimensions = (("ApiName", deployment.stack), ("Stage", deployment.stage))
        return MetricQuery("AWS/ApiGateway", name, dimensions, statistic)

    requests = query("Count", Statistic.COUNT)
    yield _counted(FigureName.REQUESTS, requests, of=ALL_ROUTES)
    for figure, statistic in _PERCENTILES.items():
        yield _measured(figure, query("Latency", statistic), Unit.MILLISECONDS, of=ALL_ROUTES)
    yield _share(FigureName.CLIENT_ERROR_RATE, query("4XXError", Statistic.SUM), requests, of=ALL_ROUTES)
    yield _share(FigureName.SERVER_ERROR_RATE, query("5XXError", Statistic.SUM), requests, of=ALL_ROUTES)


def _of_requests(deployment: Deployment, group: RouteGroup) -> Iterator[Figure]:
    def query(name: str, statistic: Statistic) -> MetricQuery:
        return _own(deployment, name, statistic, (own.ROUTE_GROUP, group.value))

    requests = _requests(deployment, group)
    yield _counted(FigureName.REQUESTS, requests, of=group)
    for figure, statistic in _PERCENTILES.items():
        yield _measured(figure, query(own.REQUEST_DURATION, statistic), Unit.MILLISECONDS, of=group)
    yield _share(FigureName.CLIENT_ERROR_RATE, query(own.REQUESTS_REFUSED, Statistic.SUM), requests, of=group)
    yield _share(FigureName.SERVER_ERROR_RATE, query(own.REQUESTS_FAILED, Statistic.SUM), requests, of=group)


def _of_documents(deployment: Deployment) -> Iterator[Figure]:
    def sums(*names: str) -> tuple[MetricQuery, ...]:
        return tuple(_own(deployment, name, Statistic.SUM) for name in names)

    yield _counted(FigureName.DOCUMENTS_ACCEPTED, *sums("WebhookQueued", own.DOCUMENTS_EDITED, "DocumentsRetried"))
    yield _counted(FigureName.DOCUMENTS_INDEXED, *sums("DocumentsIndexed"))
    yield _counted(FigureName.DOCUMENTS_DELETED, *sums(own.DOCUMENTS_DELETED))
    yield _counted(FigureName.DOCUMENTS_PARTIAL, *sums("DocumentsPartial"))
    yield _counted(FigureName.DOCUMENTS_FAILED, *sums("DocumentsFailed"))
    for figure, statistic in ((FigureName.FRESHNESS_P50, Statistic.P50), (FigureName.FRESHNESS_P95, Statistic.P95)):
        yield _measured(figure, _own(deployment, "Freshness", statistic), Unit.SECONDS)


def _of_embedding(deployment: Deployment) -> Iterator[Figure]:
    rates = {FigureName.PASSAGES_PER_SECOND: "ChunksEmbedded", FigureName.TOKENS_PER_SECOND: own.TOKENS_EMBEDDED}
    for figure, metric in rates.items():
        query = _own(deployment, metric, Statistic.SUM)
        yield Figure(figure, None, Unit.PER_SECOND, Kind.RATE, (query,))
    fill = _own(deployment, "EmbeddingBatchFill", Statistic.AVERAGE)
    # It is sent in percent.
    yield Figure(FigureName.BATCH_FILL, None, Unit.SHARE, Kind.MEASURED, (fill,), scales=(0.01,))


def _of_queues(deployment: Deployment) -> Iterator[Figure]:
    def query(queue: str, name: str) -> MetricQuery:
        return MetricQuery("AWS/SQS", name, (("QueueName", queue),), Statistic.MAXIMUM)

    depth, age = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    for called, queue in deployment.queues.items():
        yield _measured(FigureName.QUEUE_DEPTH, query(queue, depth), Unit.COUNT, of=called)
        yield _measured(FigureName.QUEUE_AGE, query(queue, age), Unit.SECONDS, of=called)
    for called, queue in deployment.dead_letter_queues.items():
        yield _measured(FigureName.DEAD_LETTERS, query(queue, depth), Unit.COUNT, of=called)


def _of_answers(deployment: Deployment) -> Iterator[Figure]:
    read = _own(deployment, own.ANSWER_TOKENS_READ, Statistic.SUM)
    written = _own(deployment, own.ANSWER_TOKENS_WRITTEN, Statistic.SUM)
    yield _counted(FigureName.ANSWERS, _own(deployment, own.ANSWER_TOKENS_WRITTEN, Statistic.COUNT))
    yield _counted(FigureName.ANSWER_TOKENS_READ, read)
    yield _counted(FigureName.ANSWER_TOKENS_WRITTEN, written)
    prices = deployment.token_prices
    if prices is None:
        absent = "what the model's tokens cost is not known (GeneratorPrices)"
        yield Figure(FigureName.ANSWER_COST, None, Unit.DOLLARS, Kind.COUNTED, (), absent=absent)
    else:
        scales = (prices.read / PER, prices.written / PER)
        yield Figure(FigureName.ANSWER_COST, None, Unit.DOLLARS, Kind.COUNTED, (read, written), scales=scales)


def _of_search_cache(deployment: Deployment) -> Iterator[Figure]:
    hits = _own(deployment, own.SEARCHES_FROM_CACHE, Statistic.SUM)
    yield _counted(FigureName.CACHE_HITS, hits)
    yield _share(FigureName.CACHE_HIT_RATE, hits, _requests(deployment, RouteGroup.SEARCH))


def _of_fleet(deployment: Deployment) -> Iterator[Figure]:
    metrics = {
        FigureName.FLEET_IN_SERVICE: "GroupInServiceInstances",
        FigureName.FLEET_DESIRED: "GroupDesiredCapacity",
    }
    for figure, name in metrics.items():
        dimensions = (("AutoScalingGroupName", deployment.fleet_group),)
        if deployment.fleet_group:
            query = MetricQuery("AWS/AutoScaling", name, dimensions, Statistic.MAXIMUM)
            yield _measured(figure, query, Unit.COUNT)
        else:
            absent = "this deployment has no fleet"
            yield Figure(figure, None, Unit.COUNT, Kind.MEASURED, (), absent=absent)


def _requests(deployment: Deployment, group: RouteGroup) -> MetricQuery:
    return _own(deployment, own.REQUEST_DURATION, Statistic.COUNT, (own.ROUTE_GROUP, group.value))


def _own(deployment: Deployment, name: str, statistic: Statistic, *dimensions: tuple[str, str]) -> MetricQuery:
    return MetricQuery(own.NAMESPACE, name, ((own.SERVICE, deployment.stack), *dimensions), statistic)


def _counted(name: FigureName, *queries: MetricQuery, of: str | None = None) -> Figure:
    return Figure(name, of, Unit.COUNT, Kind.COUNTED, queries)


def _measured(name: FigureName, query: MetricQuery, unit: Unit, of: str | None = None) -> Figure:
    return Figure(name, of, unit, Kind.MEASURED, (query,))


def _share(name: FigureName, part: MetricQuery, whole: MetricQuery, of: str | None = None) -> Figure:
    return Figure(name, of, Unit.SHARE, Kind.SHARE, (part, whole))
