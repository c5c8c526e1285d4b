"""The app: puts the model, the routes and the forms of errors together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from embedding_service import error_answers
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import EncoderError
from embedding_service.json_route import BodyLimits
from embedding_service.metrics import Metrics, RequestMetrics
from embedding_service.model_headers import ModelHeaders
from embedding_service.model_loading import load_warm_encoder
from embedding_service.openapi import install as install_openapi
from embedding_service.routes.openai import openai_router
from embedding_service.routes.operations import operations_router
from embedding_service.routes.tei import tei_router
from embedding_service.service import EmbeddingService
from embedding_service.settings import Settings

logger = logging.getLogger(__name__)

VERSION = "1.0.0"
"""Of the HTTP interface."""


def create_app(
    settings: Settings | None = None,
    *,
    load_encoder: Callable[[], Encoder] | None = None,
    on_load_failure: Callable[[], None] | None = None,
) -> FastAPI:
    """The service. It answers at once and loads its model meanwhile; `on_load_failure` is called if that fails.

    `settings` come from the environment by default; `load_encoder` returns the model, warmed up, and loads the one that
    they name by default.
    """
    settings = settings or Settings()

    metrics = Metrics()
    service = EmbeddingService(settings, load_encoder or partial(load_warm_encoder, settings), metrics)

    async def load_service() -> None:
        try:
            await service.load()
        except EncoderError as error:
            logger.error("the model cannot be loaded: %s", error)
        # Whatever else it is, a service that can never be ready must end and not linger.
        except Exception:
            logger.exception("the model cannot be loaded")
        else:
            return
        if on_load_failure:
            on_load_failure()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(load_service())
        yield
        await loading
        await service.close()

    app = FastAPI(title="Bloomweaver embedding service", version=VERSION, lifespan=lifespan)
    app.state.body_limits = BodyLimits(settings.max_body_bytes, settings.receive_seconds)
    app.add_middleware(ModelHeaders, service=service)
    app.add_middleware(RequestMetrics, metrics=metrics)
    error_answers.install(app, settings.retry_after_seconds)
    install_openapi(app)
    for router in (tei_router(service), openai_router(service), operations_router(service, metrics)):
        app.include_router(router)
    return app
