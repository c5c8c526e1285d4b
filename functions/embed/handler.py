"""The EmbedBatch state."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.metrics import own
from bloomweaver.pipeline.embed import embed
from bloomweaver.progress.notes import Attempt, Part
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.measured_embedder import MeasuredEmbedder
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    embedder = MeasuredEmbedder(dependencies.embedder())
    embedded = embed(
        dependencies.objects(),
        embedder,
        doc_hash=event["doc_hash"],
        version=event["version"],
        batch=event["batch"],
        model=event["model"],
        index=event["index"],
        settings=settings().index_settings,
        request_size=settings().embed_batch_size,
    )
    dependencies.noting().embedded(
        Attempt(event["doc_hash"], event["version"], event["attempt"]),
        event["index"],
        Part(str(event["batch"]), embedded),
        # A run that began before the deployment that brought these goes on without them.
        batch_count=event.get("batch_count", 1),
        awaited=event.get("awaited", False),
    )
    metrics.add_metric("ChunksEmbedded", MetricUnit.Count, embedded)
    for request in embedder.requests:
        metrics.add_metric("EmbeddingLatency", MetricUnit.Milliseconds, request.seconds * 1000)
        fill = 100 * request.texts / settings().embed_batch_size
        metrics.add_metric("EmbeddingBatchFill", MetricUnit.Percent, fill)
        if request.tokens is not None:
            metrics.add_metric(own.TOKENS_EMBEDDED, MetricUnit.Count, request.tokens)
    return {"embedded": embedded}
