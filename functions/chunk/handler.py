"""The Chunk state."""

from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.clock import now
from bloomweaver.passages.chunking import Chunker
from bloomweaver.pipeline.chunk import ChunkTask
from bloomweaver.progress.notes import Attempt, Cut
from bloomweaver.settings import settings
from embedding_service.encoder.tokenizer import load_tokenizer
from wiring import dependencies
from wiring.observability import metrics, task_handler


@cache
def _task() -> ChunkTask:
    chosen = settings()
    tokenizer = load_tokenizer(chosen.embedding_model, chosen.folder_of(chosen.embedding_model))
    return ChunkTask(
        dependencies.records(),
        dependencies.objects(),
        dependencies.contents(),
        dependencies.sources(),
        dependencies.backups(),
        dependencies.indexes(),
        dependencies.index_stores(),
        now,
        Chunker(tokenizer, chosen.chunk_max_tokens, chosen.chunk_overlap_tokens),
        index=chosen.vector_index_name,
        settings=chosen.index_settings,
        batch_size=chosen.embed_batch_size,
        batches_max=chosen.embed_batches_max,
    )


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    artifacts = _task().run(event["doc_hash"], event["version"], event["attempt"])
    dependencies.noting().cut(
        Attempt(event["doc_hash"], event["version"], event["attempt"]),
        Cut(artifacts.index, artifacts.chunk_count, artifacts.reused),
        artifacts.batches,
    )
    metrics.add_metric("Chunks", MetricUnit.Count, artifacts.chunk_count)
    metrics.add_metric("VectorsReused", MetricUnit.Count, artifacts.reused)
    return artifacts.model_dump(mode="json")
