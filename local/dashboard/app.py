"""The dashboard's server on one machine: its files, the API under `/api`, and the issuer under `/issuer`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.authorization import AuthorizationServer
from local.dashboard import api_proxy
from local.dashboard.api_proxy import ApiProxy
from local.dashboard.issuer_routes import PREFIX as ISSUER_PREFIX
from local.dashboard.issuer_routes import IssuerRoutes
from local.dashboard.site import Site
from local.issuer import DASHBOARD, LocalIssuer
from local.ports import LOOPBACK

HOSTS = [LOOPBACK, "localhost"]
"""A name that somebody else made to lead here is refused."""


def create_app(folder: Path, api_url: str, issuer: LocalIssuer) -> Starlette:
    """The application: the built files in `folder`, in front of the API at `api_url`."""
    client = httpx.AsyncClient(timeout=api_proxy.SECONDS, follow_redirects=False)
    proxy = ApiProxy(api_url, client)
    # Live messages and large uploads go to the emulator itself, as they go to AWS.
    aws = urlsplit(api_url).netloc
    site = Site(folder, (f"ws://{aws}", f"http://{aws}"))

    @asynccontextmanager
    async def closing(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    return Starlette(
        routes=[
            Route("/config.json", _configuration),
            *IssuerRoutes(AuthorizationServer(issuer), issuer).routes(),
            Route(f"{api_proxy.PREFIX}/{{path:path}}", proxy.pass_on, methods=api_proxy.METHODS),
            Route("/{path:path}", site.serve),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        lifespan=closing,
    )


async def _configuration(_: Request) -> Response:
    """What the dashboard has to know of where it is; `frontend/src/config/configuration.ts` reads it."""
    return JSONResponse(
        {
            "api_url": api_proxy.PREFIX,
            "place": "this machine",
            "sign_in": {
                "kind": "oidc",
                "authority": ISSUER_PREFIX,
                "client_id": DASHBOARD,
                "scope": "openid offline_access",
                "token": "access_token",
                "role_claim": "role",
            },
        },
        headers={"Cache-Control": "no-cache"},
    )
