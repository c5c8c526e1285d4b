"""The HTTP side: routes, and the form of every error. What a request does is in `service`."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.engine import Matrix
from embedding_service.encoder.errors import EncoderError
from embedding_service.errors import ErrorType, RequestError
from embedding_service.json_route import StrictJsonRoute
from embedding_service.schemas import EmbedRequest, ErrorBody, Health, Info
from embedding_service.service import EmbeddingService
from embedding_service.settings import Settings

logger = logging.getLogger(__name__)

CLIENT_GONE = 499
ERROR_PLACE_LENGTH = 100  # A field's name comes from the client and may be of any length.
ERROR_STATUSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 413, 415, 422, 424, 429, 503)
}


def create_app(
    settings: Settings | None = None,
    *,
    load_encoder: Callable[[], Encoder] | None = None,
    on_load_failure: Callable[[], None] | None = None,
) -> FastAPI:
    """The service. It answers at once and loads its model meanwhile; `on_load_failure` is called if that fails.

    `settings` come from the environment by default; `load_encoder` loads the model that they name by default.
    """
    settings = settings or Settings()

    def load() -> Encoder:
        return Encoder(
            settings.model,
            model_dir=settings.model_dir,
            precision=settings.precision,
            threads=settings.threads,
            batch_tokens=settings.batch_tokens,
        )

    service = EmbeddingService(settings, load_encoder or load)

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

    app = FastAPI(title="Bloomweaver embedding service", lifespan=lifespan, max_body_size=settings.max_body_bytes)
    app.router.route_class = StrictJsonRoute

    @app.post("/embed", response_class=Response, responses={200: {"model": list[list[float]]}, **ERROR_STATUSES})
    async def embed(body: EmbedRequest, request: Request) -> Response:
        """A vector for each text, in their order."""
        embedding = service.embed(
            body.texts, truncate=bool(body.truncate), normalize=body.normalize, prompt=body.prompt_name
        )
        vectors = await _unless_gone(request, embedding)
        if vectors is None:
            return Response(status_code=CLIENT_GONE)
        return Response(orjson.dumps(vectors, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")

    @app.get("/health")
    async def health() -> Health:
        """The process is alive."""
        return Health(status="alive")

    @app.get("/ready", responses={503: {"model": ErrorBody}})
    async def ready() -> Health:
        """The model is loaded and warm."""
        _ = service.encoder
        return Health(status="ready")

    @app.get("/info", responses={503: {"model": ErrorBody}})
    async def info() -> Info:
        """What the model is, and what a request may hold."""
        spec = service.encoder.spec
        return Info(
            model_id=spec.model_id,
            model=spec.name,
            model_dtype=service.encoder.engine.precision,
            dimension=spec.dimension,
            max_input_length=spec.max_tokens,
            max_client_batch_size=settings.max_texts,
        )

    @app.exception_handler(RequestError)
    async def refuse(_: Request, error: RequestError) -> Response:
        headers = {"Retry-After": str(settings.retry_after_seconds)} if error.retry else {}
        return _error(error.status, error.error_type, str(error), headers)

    @app.exception_handler(RequestValidationError)
    async def refuse_invalid(_: Request, error: RequestValidationError) -> Response:
        if isinstance(error.body, bytes):
            return _error(415, "Validation", "the body must be JSON, with the header Content-Type: application/json")
        problems = error.errors()
        if problems[0]["type"] == "json_invalid":
            return _error(400, "Validation", f"the body is not valid JSON: {problems[0]['ctx']['error']}")
        return _error(422, "Validation", _explain(problems))

    @app.exception_handler(HTTPException)
    async def refuse_http(_: Request, error: HTTPException) -> Response:
        return _error(error.status_code, "Validation", error.detail, error.headers)

    @app.exception_handler(Exception)
    async def fail(_: Request, __: Exception) -> Response:
        return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "Backend", "the service failed on this request")

    return app


def _error(status: int, error_type: ErrorType, error: str, headers: Any = None) -> Response:
    content = ErrorBody(error=error, error_type=error_type).model_dump_json()
    return Response(content, status, headers, "application/json")


def _explain(problems: Any) -> str:
    """The problem that lies deepest: for a list with a wrong item, that item, and not that a list is no string."""
    problem = max(problems, key=lambda one: len(one["loc"]))
    place = ".".join(str(part) for part in problem["loc"][1:])[:ERROR_PLACE_LENGTH]
    return f"{place}: {problem['msg']}" if place else str(problem["msg"])


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Matrix]) -> Matrix | None:
    """The result of `work`; none, and `work` cancelled, if the client hangs up before."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, watching):
            task.cancel()


async def _gone(request: Request) -> None:
    """Returns when the client has hung up. The request's body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
