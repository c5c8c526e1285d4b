"""The EmbedBatch state."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.pipeline.embed import embed
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    embedded = embed(
        dependencies.objects(),
        dependencies.embedder(),
        doc_hash=event["doc_hash"],
        version=event["version"],
        batch=event["batch"],
        model=event["model"],
        index=event["index"],
        settings=settings().index_settings,
        request_size=settings().embed_batch_size,
    )
    metrics.add_metric("ChunksEmbedded", MetricUnit.Count, embedded)
    return {"embedded": embedded}
