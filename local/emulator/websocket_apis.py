"""WebSocket APIs, where MiniStack lets more through than API Gateway does.

- What is posted to a client that does not read it would wait in memory without a bound; API Gateway refuses it then.
- What was posted to a connection before it is ended would be left out, if it was not sent yet.
- A message may have 128 kB; whoever sends a larger one is cut off by the server (`MESSAGE_MAX_BYTES`).

Not as on AWS: a connection is not ended after ten idle minutes or two hours, but one whose client does not answer the
server's own pings is, after 40 seconds; and a connection that is refused has the status 403, whatever the function of
`$connect` answers. It relies on functions of exactly the version in the requirements.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

MESSAGE_MAX_BYTES = 128 * 1024
WAITING_MAX = 32
"""Messages that wait for a client to read them."""
END_WAITS_SECONDS = 5.0
"""For messages that a client does not read."""
_LOOK_SECONDS = 0.01

Answer = tuple[int, dict[str, str], bytes]
Serve = Callable[..., Awaitable[Answer]]


def install() -> None:
    """Have MiniStack's management API of connections do so."""
    from ministack.services import apigateway

    apigateway.handle_connections_api = bounded(apigateway.handle_connections_api, apigateway._ws_connections)


def bounded(serve: Serve, connections: dict[str, Any]) -> Serve:
    """The management API, with what is said above."""

    async def serve_bounded(
        method: str, api: str, stage: str, connection: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        known = connections.get(connection)
        if known is not None and method == "DELETE":
            await _until_sent(known["outbox"])
        if known is not None and method == "POST":
            if len(body) > MESSAGE_MAX_BYTES:
                return _refused(413, "PayloadTooLargeException")
            if known["outbox"].qsize() >= WAITING_MAX:
                return _refused(429, "LimitExceededException")
        return await serve(method, api, stage, connection, body, headers)

    return serve_bounded


async def _until_sent(outbox: "asyncio.Queue[Any]") -> None:
    """Wait until nothing is in the queue, or for so long."""
    loop = asyncio.get_running_loop()
    until = loop.time() + END_WAITS_SECONDS
    while not outbox.empty() and loop.time() < until:
        await asyncio.sleep(_LOOK_SECONDS)


def _refused(status: int, error: str) -> Answer:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error}
    return status, headers, json.dumps({"message": error}).encode()
