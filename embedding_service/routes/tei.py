"""The API of Text Embeddings Inference."""

import orjson
from fastapi import APIRouter, Request, Response

from embedding_service.disconnect import CLIENT_GONE, unless_gone
from embedding_service.error_answers import EMBED_STATUSES, tei_responses
from embedding_service.json_route import StrictJsonRoute
from embedding_service.model_headers import HEADERS_SCHEMA
from embedding_service.schemas.tei import EmbedRequest, Info, Loss
from embedding_service.service import EmbeddingService


def tei_router(service: EmbeddingService) -> APIRouter:
    """`POST /embed`, the same as `POST /`, and `GET /info`."""
    router = APIRouter(route_class=StrictJsonRoute, tags=["Text Embeddings Inference"])

    # At `/` too, as there: what is given the service's bare address as a model posts to it.
    @router.post("/", include_in_schema=False, response_class=Response)
    @router.post(
        "/embed",
        response_class=Response,
        responses={
            200: {
                "content": {"application/json": {"schema": VECTORS_SCHEMA}},
                "headers": {**HEADERS_SCHEMA, TOKENS_HEADER: TOKENS_SCHEMA},
            },
            **tei_responses(*EMBED_STATUSES),
        },
    )
    async def embed(body: EmbedRequest, request: Request) -> Response:
        """A vector for each text, in their order."""
        work = service.embed_texts(
            body.texts, truncate=bool(body.truncate), normalize=body.normalize, prompt=body.prompt_name
        )
        embedding = await unless_gone(request, work)
        if embedding is None:
            return Response(status_code=CLIENT_GONE)
        content = orjson.dumps(embedding.vectors, option=orjson.OPT_SERIALIZE_NUMPY)
        return Response(content, media_type="application/json", headers={TOKENS_HEADER: str(embedding.tokens)})

    @router.get("/info", responses=tei_responses(503))
    async def info() -> Info:
        """What the model is, and what a request may hold."""
        spec, engine = service.encoder.spec, service.encoder.engine
        loss = engine.int8_loss
        return Info(
            model_id=spec.model_id,
            model=spec.name,
            engine=engine.name,
            model_dtype=engine.precision,
            int8_loss=Loss(worst=loss.worst, mean=loss.mean, texts=loss.texts) if loss else None,
            dimension=spec.dimension,
            max_input_length=spec.max_tokens,
            max_client_batch_size=service.max_texts,
            prompts={"query": spec.query_prompt, "passage": spec.passage_prompt},
        )

    return router


TOKENS_HEADER = "X-Compute-Tokens"
"""As Text Embeddings Inference calls it."""
TOKENS_SCHEMA = {"description": "How many tokens the texts had together", "schema": {"type": "integer"}}
VECTORS_SCHEMA = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
