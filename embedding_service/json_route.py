"""Routes that read JSON strictly.

FastAPI reads bodies with Python's own parser, which lets lone surrogates pass (`"\\ud800"`): as a text they make the
tokenizer fail, as a field's name they make pydantic panic and drop the connection. orjson refuses them, and NaN too.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute


class StrictJsonRequest(Request):
    """A request whose body is JSON as RFC 8259 has it."""

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
