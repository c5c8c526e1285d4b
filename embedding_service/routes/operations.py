"""What a load balancer, Prometheus and whoever runs the service ask."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from embedding_service.error_answers import tei_responses
from embedding_service.metrics import Metrics
from embedding_service.schemas.operations import Health
from embedding_service.service import EmbeddingService


def operations_router(service: EmbeddingService, metrics: Metrics) -> APIRouter:
    """`GET /health`, `GET /ready` and `GET /metrics`."""
    router = APIRouter(tags=["Operations"])

    @router.get("/health")
    async def health() -> Health:
        """The process is alive."""
        return Health(status="alive")

    @router.get("/ready", responses=tei_responses(503))
    async def ready() -> Health:
        """The model is loaded and warm."""
        _ = service.encoder
        return Health(status="ready")

    @router.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def exposition() -> Response:
        """Counters and histograms in Prometheus's text format."""
        return Response(metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
