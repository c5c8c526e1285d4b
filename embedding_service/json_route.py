"""Routes that read JSON strictly, and do not wait for it for ever.

FastAPI reads bodies with Python's own parser, which lets lone surrogates pass (`"\\ud800"`): as a text they make the
tokenizer fail, as a field's name they make pydantic panic and drop the connection. orjson refuses them, and NaN too.
"""

import asyncio
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException


class StrictJsonRequest(Request):
    """A request whose body is JSON as RFC 8259 has it. `app.state.body_seconds` is how long the body may take."""

    async def body(self) -> bytes:
        """The whole body. Raises `HTTPException` 408 if it does not come in time; the connection is closed then."""
        try:
            async with asyncio.timeout(self.app.state.body_seconds):
                return await super().body()
        except TimeoutError:
            raise HTTPException(
                HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time", {"Connection": "close"}
            ) from None

    async def json(self) -> Any:
        """The parsed body. Raises `json.JSONDecodeError`, which FastAPI expects here."""
        return orjson.loads(await self.body())


class StrictJsonRoute(APIRoute):
    """Gives `StrictJsonRequest` to its endpoint."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See FastAPI's custom routes."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictJsonRequest(request.scope, request.receive))

        return handle_strictly
