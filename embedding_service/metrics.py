"""What the service counts, for Prometheus. No label takes a value from a client, so that their number is bounded."""

import time
from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embedding_service.jobs import LaneName
from embedding_service.lanes import Batch

SECONDS_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
TEXTS_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128)
TOKENS_BUCKETS = (16, 32, 64, 128, 256, 512, 1024, 2048)
UNMATCHED = "unmatched"
LANES: tuple[LaneName, ...] = ("short", "bulk")


class Metrics:
    """The counters of one app, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "embedding_requests", "Requests, by route and status.", ["route", "status"], registry=self._registry
        )
        self._request_seconds = Histogram(
            "embedding_request_seconds",
            "From the headers of a request to the end of its answer.",
            ["route"],
            buckets=SECONDS_BUCKETS,
            registry=self._registry,
        )
        self._texts = Counter("embedding_texts", "Texts embedded.", registry=self._registry)
        self._tokens = Counter("embedding_tokens", "Tokens of these texts.", registry=self._registry)
        self._batch_texts = Histogram(
            "embedding_batch_texts", "Texts in a batch.", ["lane"], buckets=TEXTS_BUCKETS, registry=self._registry
        )
        self._batch_tokens = Histogram(
            "embedding_batch_tokens",
            "Tokens in a batch, without padding.",
            ["lane"],
            buckets=TOKENS_BUCKETS,
            registry=self._registry,
        )
        self._batch_seconds = Histogram(
            "embedding_batch_seconds",
            "How long a batch took in the model.",
            ["lane"],
            buckets=SECONDS_BUCKETS,
            registry=self._registry,
        )
        self._ready = Gauge("embedding_ready", "1 once the model is loaded and warm.", registry=self._registry)
        self._queue_tokens = Gauge(
            "embedding_queue_tokens",
            "Tokens accepted and not yet in the model, by lane.",
            ["lane"],
            registry=self._registry,
        )
        for lane in LANES:
            self._queue_tokens.labels(lane)

    def exposition(self) -> bytes:
        """All of them, in Prometheus's text format."""
        return generate_latest(self._registry)

    def ready(self, waiting_tokens: Callable[[LaneName], int]) -> None:
        """The model is loaded; `waiting_tokens` tells the depth of a lane's queue from now on."""
        self._ready.set(1)
        for lane in LANES:
            self._queue_tokens.labels(lane).set_function(partial(waiting_tokens, lane))

    def embedded(self, texts: int, tokens: int) -> None:
        """A request has its vectors."""
        self._texts.inc(texts)
        self._tokens.inc(tokens)

    def batch(self, batch: Batch, seconds: float) -> None:
        """A batch has run. May be called by several threads."""
        self._batch_texts.labels(batch.lane).observe(len(batch.texts))
        self._batch_tokens.labels(batch.lane).observe(batch.tokens)
        self._batch_seconds.labels(batch.lane).observe(seconds)

    def request(self, route: str, status: int, seconds: float) -> None:
        """A request has its answer."""
        self._requests.labels(route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)


class RequestMetrics:
    """ASGI middleware that counts requests, by the template of the route's path and not by the path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500  # Unless the app says something else, it has failed.

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            route = getattr(scope.get("route"), "path", UNMATCHED)
            self._metrics.request(route, status, time.perf_counter() - started)
