"""The token that goes with a request."""

from collections.abc import Callable, Generator

import httpx


class BearerToken(httpx.Auth):
    """Sends what `token` returns with each request."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See `httpx.Auth`."""
        request.headers["Authorization"] = f"Bearer {self._token()}"
        yield request
