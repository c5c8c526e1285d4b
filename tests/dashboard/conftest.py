"""One stack with its dashboard for all tests of a browser, filled once; each test has its own people and documents.

Both end with the last of these tests: the browser's event loop runs in the thread of the tests, where no other
can be started meanwhile.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bloomweaver.auth.roles import Role
from local import stack as local_stack
from local.dashboard import build
from local.dashboard.node import node
from tests.dashboard import library
from tests.dashboard.browser import chromium, program, sign_in, visitor
from tests.e2e.running_stack import RunningStack, stack_config

SignedIn = Callable[..., Page]


@pytest.fixture(scope="package")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A running stack with the dashboard and some documents."""
    if program() is None:
        pytest.skip("there is no browser on this machine: `make browser` installs Debian's chromium")
    config = stack_config(tmp_path_factory.mktemp("dashboard"), dashboard=True, dashboard_port=0)
    said: list[str] = []
    descriptor = local_stack.up(config, said.append)
    try:
        assert descriptor.dashboard_url is not None, said
        running = RunningStack(config, descriptor, "")
        library.fill(running.api)
        yield running
    finally:
        local_stack.down(config, print)


@pytest.fixture(scope="package")
def url(stand: RunningStack) -> str:
    """The dashboard's address."""
    assert stand.descriptor.dashboard_url is not None
    return stand.descriptor.dashboard_url


@pytest.fixture(scope="package")
def browser(stand: RunningStack) -> Iterator[Browser]:
    """Chromium."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="package")
def axe(stand: RunningStack) -> str:
    """The script that looks for what people with other needs cannot use."""
    log = stand.config.logs / "packages.log"
    log.parent.mkdir(exist_ok=True)
    build.install(node(), log)
    return (build.FRONTEND / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What a page may not do, whatever a test does: fail, or meet the policy. Looked at when the test is over."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def visit(browser: Browser, url: str, faults: list[str]) -> Iterator[Callable[[], BrowserContext]]:
    """Makes somebody with cookies of their own."""
    with ExitStack() as contexts:

        def made() -> BrowserContext:
            context = contexts.enter_context(visitor(browser, url))
            context.on("weberror", lambda error: faults.append(str(error.error)))
            context.on(
                "console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None
            )
            return context

        yield made


@pytest.fixture
def signed_in(visit: Callable[[], BrowserContext]) -> SignedIn:
    """Opens a path as somebody who signs in with a role."""

    def opened(role: Role, path: str = "/") -> Page:
        page = visit().new_page()
        sign_in(page, role, path)
        return page

    return opened


@pytest.fixture
def doc_hash(request: pytest.FixtureRequest) -> str:
    """The id of a document that is this test's alone."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", request.node.originalname.removeprefix("test_"))[:40]
    return f"{name}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def indexed(stand: RunningStack, doc_hash: str) -> str:
    """A document of this test's alone, in a folder of its own, indexed and listed."""
    folder = f"/tests/{doc_hash}"
    stand.index(
        doc_hash,
        f"The lantern keeper of {doc_hash} trims the wicks at dusk.",
        title=f"Title of {doc_hash}",
        folder=folder,
        metadata={"keeper": doc_hash, "year": 2024},
    )
    library.listed(stand.api, folder, 1)
    return doc_hash
