"""The API on the dashboard's own origin, under `/api`, as CloudFront has it on AWS."""

from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

PREFIX = "/api"
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
SECONDS = 40.0
"""API Gateway itself gives up after 29."""
_NOT_PASSED_ON = frozenset(
    {"host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "cookie", "origin", "referer"}
)
_NOT_PASSED_BACK = frozenset({"connection", "keep-alive", "transfer-encoding", "server", "date", "set-cookie"})


class ApiProxy:
    """Sends requests on to the API at `url`. Cookies stay here: the API never takes any."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def pass_on(self, request: Request) -> Response:
        """The API's answer as it is, or 502 in the form of its own errors where it does not answer."""
        sent = self._client.build_request(
            request.method,
            # As it came: a path that was decoded would be another one.
            self._url + request.scope["raw_path"].decode().removeprefix(PREFIX),
            params=request.url.query.encode() or None,
            headers=[(k, v) for k, v in request.headers.items() if k not in _NOT_PASSED_ON],
            content=await request.body(),
        )
        try:
            answer = await self._client.send(sent, stream=True)
        except httpx.HTTPError:
            problem = {
                "type": "about:blank",
                "title": "Bad Gateway",
                "status": HTTPStatus.BAD_GATEWAY,
                "detail": "the API of this stack does not answer",
            }
            return JSONResponse(problem, HTTPStatus.BAD_GATEWAY, media_type="application/problem+json")
        headers = {k: v for k, v in answer.headers.items() if k not in _NOT_PASSED_BACK}
        return StreamingResponse(_body(answer), answer.status_code, headers)


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()
