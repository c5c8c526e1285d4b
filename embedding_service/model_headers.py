"""Every answer says which model it comes from, in headers: behind a load balancer the next may come from another one.

Errors say it too: that a text is too long for one model means nothing for another.
"""

from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embedding_service.encoder.models import ModelSpec
from embedding_service.service import EmbeddingService

HEADERS_SCHEMA = {
    "X-Model": {"description": "The model's name in the registry", "schema": {"type": "string"}},
    "X-Model-Id": {"description": "The model's name where it is published", "schema": {"type": "string"}},
}
"""For a route's description."""


class ModelHeaders:
    """ASGI middleware. Until the model is loaded, answers go without."""

    def __init__(self, app: ASGIApp, service: EmbeddingService) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def send_with_model(message: Message) -> None:
            if message["type"] == "http.response.start" and self._service.is_loaded:
                message = {**message, "headers": [*message["headers"], *_headers(self._service.encoder.spec)]}
            await send(message)

        await self._app(scope, receive, send_with_model)


def _headers(spec: ModelSpec) -> list[tuple[bytes, bytes]]:
    # As in a URL: a model may be named by the path of its folder, and a header is ASCII.
    return [(b"x-model", quote(spec.name).encode()), (b"x-model-id", quote(spec.model_id).encode())]
