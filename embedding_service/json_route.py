"""Routes that read JSON strictly, and neither more of it nor longer than the app allows.

FastAPI reads bodies with Python's own parser, which lets lone surrogates pass (`"\\ud800"`): as a text they make the
tokenizer fail, as a field's name they make pydantic panic and drop the connection. orjson refuses them, and NaN too.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException


@dataclass(frozen=True)
class BodyLimits:
    """What a request's body may be. `app.state.body_limits` holds it."""

    bytes: int
    seconds: float


class StrictJsonRequest(Request):
    """A request whose body is JSON as RFC 8259 has it."""

    _whole: bytes | None = None

    async def body(self) -> bytes:
        """The whole body.

        Raises `HTTPException`: 413 if it is too large, by its Content-Length or as it comes, 408 if it does not come in
        time; the connection is closed then.
        """
        if self._whole is None:
            limits: BodyLimits = self.app.state.body_limits
            if int(self.headers.get("content-length", 0)) > limits.bytes:
                raise _too_large(limits)
            try:
                async with asyncio.timeout(limits.seconds):
                    self._whole = await self._read(limits)
            except TimeoutError:
                raise HTTPException(
                    HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time", {"Connection": "close"}
                ) from None
        return self._whole

    async def _read(self, limits: BodyLimits) -> bytes:
        body = bytearray()
        async for piece in self.stream():
            body += piece
            if len(body) > limits.bytes:
                raise _too_large(limits)
        return bytes(body)

    async def json(self) -> Any:
        """The parsed body. Raises `json.JSONDecodeError`, which FastAPI expects here."""
        return orjson.loads(await self.body())


def _too_large(limits: BodyLimits) -> HTTPException:
    return HTTPException(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than the {limits.bytes} bytes that are allowed"
    )


class StrictJsonRoute(APIRoute):
    """Gives `StrictJsonRequest` to its endpoint."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See FastAPI's custom routes."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictJsonRequest(request.scope, request.receive))

        return handle_strictly
