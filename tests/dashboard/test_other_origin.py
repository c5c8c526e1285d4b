"""An issuer of another origin, as on AWS: signing in there, coming back, and again in a window of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from threading import Thread

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bloomweaver.auth.roles import Role
from local.authorization import AuthorizationServer
from local.dashboard import api_proxy, build, issuer_routes
from local.dashboard.api_proxy import ApiProxy
from local.dashboard.issuer_routes import CALLBACK_PATHS, IssuerRoutes
from local.dashboard.site import Site
from local.issuer import DASHBOARD, LocalIssuer
from local.ports import LOOPBACK, claim_port
from tests.dashboard.browser import sign_in, visitor
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

STARTED_SECONDS = 20.0


@contextmanager
def served(app: Starlette, port: int) -> Iterator[None]:
    """The application on that port of loopback, in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started, STARTED_SECONDS, f"port {port} is served")
        yield
    finally:
        server.should_exit = True
        thread.join(STARTED_SECONDS)


def dashboard(stand: RunningStack, issuer: str) -> Starlette:
    """The dashboard with its API, and an issuer at `issuer`, which its policy names."""
    folder = build.build(stand.config.logs / "dashboard-build.log")
    sign_in_at = {"kind": "oidc", "authority": f"{issuer}/issuer", "client_id": DASHBOARD}
    settings = {"scope": "openid offline_access", "token": "access_token", "role_claim": "role"}

    async def configuration(_: Request) -> Response:
        return JSONResponse({"api_url": "/api", "place": "elsewhere", "sign_in": {**sign_in_at, **settings}})

    aws = stand.descriptor.aws_endpoint_url.removeprefix("http://")
    site = Site(folder, (f"ws://{aws}", f"http://{aws}", issuer))
    client = httpx.AsyncClient(timeout=api_proxy.SECONDS)
    proxy = ApiProxy(stand.descriptor.api_url, client)

    @asynccontextmanager
    async def closing(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    return Starlette(
        routes=[
            Route("/config.json", configuration),
            Route(f"{api_proxy.PREFIX}/{{path:path}}", proxy.pass_on, methods=api_proxy.METHODS),
            Route("/{path:path}", site.serve),
        ],
        lifespan=closing,
    )


class OtherIssuer(IssuerRoutes):
    """The stack's issuer, with pages for the dashboard of another origin."""

    async def authorize(self, request: Request) -> Response:
        answer = await super().authorize(request)
        # Its own policy would let no form lead to another origin.
        if "content-security-policy" in answer.headers:
            del answer.headers["content-security-policy"]
        return answer


@pytest.fixture(scope="module")
def apart(stand: RunningStack) -> Iterator[str]:
    """The address of a dashboard whose issuer has another origin."""
    here, there = (claim_port(0, "a test", "") for _ in range(2))
    origin, issuer = f"http://{LOOPBACK}:{here}", f"http://{LOOPBACK}:{there}"
    local = LocalIssuer(stand.config.issuer)
    routes = OtherIssuer(AuthorizationServer(local), local).routes()
    cors = Middleware(CORSMiddleware, allow_origins=[origin], allow_methods=["GET", "POST"], allow_headers=["*"])
    with ExitStack() as servers, pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuer_routes, "_callbacks", lambda _: {origin + path for path in CALLBACK_PATHS})
        servers.enter_context(served(Starlette(routes=routes, middleware=[cors]), there))
        servers.enter_context(served(dashboard(stand, issuer), here))
        yield origin


@pytest.fixture
def page(apart: str, browser: Browser) -> Iterator[Page]:
    """Somebody's page of it."""
    with visitor(browser, apart) as context:
        yield context.new_page()


def test_who_signs_in_elsewhere_comes_back_and_stays_after_a_reload(page: Page) -> None:
    sign_in(page, Role.EDITOR, "/documents/handbook-keys")
    expect(page.get_by_text("What the warden has to know of keys")).to_be_visible()
    page.reload()
    expect(page.get_by_text("What the warden has to know of keys")).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_who_signs_in_again_in_a_window_of_another_origin_goes_on(page: Page) -> None:
    sign_in(page, Role.EDITOR, "/documents/handbook-keys")
    expect(page.get_by_text("What the warden has to know of keys")).to_be_visible()
    authority = page.evaluate("fetch('/config.json').then(answer => answer.json()).then(all => all.sign_in.authority)")
    page.context.request.get(f"{authority}/sign-out", max_redirects=0)
    refusal = {"status": 401, "json": {"message": "Unauthorized"}}
    page.route("**/api/documents?*", lambda route: route.fulfill(**refusal), times=1)
    page.get_by_role("link", name="Documents").first.click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    with page.expect_popup() as popup:
        dialog.get_by_role("button", name="Sign in again").click()
    popup.value.get_by_role("button", name="Editor").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", name="All documents")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
