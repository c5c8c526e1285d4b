"""Work for a client that goes away is given up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

from embedding_service.errors import Stopping

CLIENT_GONE = 499
"""What the metrics see of such a request; nobody gets this answer. The status is nginx's."""

Result = TypeVar("Result")


async def unless_gone(request: Request, work: Coroutine[Any, Any, Result]) -> Result | None:
    """The result of `work`; none, and `work` cancelled, if the client hangs up before.

    The request's body must have been read. Raises `Stopping` if the request itself is cancelled: uvicorn does so, and
    nobody else, when the time to finish is up.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    except asyncio.CancelledError:
        raise Stopping("the service stops before this request is done: send it again") from None
    finally:
        for task in (working, watching):
            task.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
