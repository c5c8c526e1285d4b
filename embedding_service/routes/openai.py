"""OpenAI's embeddings API."""

import base64

import orjson
from fastapi import APIRouter, Request, Response

from embedding_service.disconnect import CLIENT_GONE, unless_gone
from embedding_service.encoder.models import ModelSpec
from embedding_service.error_answers import OPENAI_EMBED_STATUSES, openai_responses
from embedding_service.errors import DimensionsFixed, PromptNeedsText, WrongModel
from embedding_service.json_route import StrictJsonRoute
from embedding_service.schemas.openai import EmbeddingsAnswer, EmbeddingsRequest, EncodingFormat, ModelCard, ModelList
from embedding_service.service import Embedding, EmbeddingService

NAME_LENGTH = 200  # Of what a client calls a model, in the answer that there is none.


def openai_router(service: EmbeddingService) -> APIRouter:
    """`POST /v1/embeddings`, `GET /v1/models` and `GET /v1/models/{model}`."""
    router = APIRouter(prefix="/v1", route_class=StrictJsonRoute, tags=["OpenAI"])

    @router.post(
        "/embeddings",
        response_class=Response,
        responses={200: {"model": EmbeddingsAnswer}, **openai_responses(*OPENAI_EMBED_STATUSES)},
    )
    async def embeddings(body: EmbeddingsRequest, request: Request) -> Response:
        """A vector for each text, in their order, and how many tokens were read."""
        _check_model(service.encoder.spec, body.model)
        if body.dimensions is not None:
            raise DimensionsFixed("this model does not support specifying dimensions")
        if body.texts is not None:
            work = service.embed_texts(body.texts, truncate=False, normalize=True, prompt=body.prompt_name)
        elif body.prompt_name is not None:
            raise PromptNeedsText("a prompt can be put before texts, not before token ids")
        else:
            work = service.embed_token_ids(body.token_ids, normalize=True)
        embedding = await unless_gone(request, work)
        if embedding is None:
            return Response(status_code=CLIENT_GONE)
        return Response(_answer(embedding, body.model, body.encoding_format), media_type="application/json")

    @router.get("/models", responses=openai_responses(503))
    async def models() -> ModelList:
        """The one model that is served."""
        return ModelList(data=[_card(service)])

    @router.get("/models/{model:path}", responses=openai_responses(404, 503))
    async def model(model: str) -> ModelCard:
        """The model, by its name in the registry or where it is published."""
        _check_model(service.encoder.spec, model)
        return _card(service)

    return router


def _check_model(spec: ModelSpec, name: str) -> None:
    if name not in (spec.name, spec.model_id):
        raise WrongModel(f"the model {name[:NAME_LENGTH]!r} does not exist: this service has {spec.name!r}")


def _card(service: EmbeddingService) -> ModelCard:
    spec = service.encoder.spec
    return ModelCard(
        id=spec.name, created=service.loaded_at, owned_by=spec.model_id.partition("/")[0], root=spec.model_id
    )


def _answer(embedding: Embedding, model: str, encoding: EncodingFormat) -> bytes:
    """`EmbeddingsAnswer` as JSON. Not through pydantic, which would look at every number of every vector."""
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": vector if encoding == "float" else base64.b64encode(vector.astype("<f4", copy=False)).decode(),
        }
        for index, vector in enumerate(embedding.vectors)
    ]
    usage = {"prompt_tokens": embedding.tokens, "total_tokens": embedding.tokens}
    return orjson.dumps(
        {"object": "list", "data": data, "model": model, "usage": usage}, option=orjson.OPT_SERIALIZE_NUMPY
    )
