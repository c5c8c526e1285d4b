"""What somebody sends in, or leads somebody to, runs nowhere: it is shown as text, and the policy stands behind."""

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from bloomweaver.auth.roles import Role
from local.ports import LOOPBACK
from tests.dashboard import library
from tests.dashboard.browser import SECONDS, sign_in, visitor
from tests.dashboard.conftest import SignedIn
from tests.dashboard.failures import broken, run_id
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

SCRIPT = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
ATTEMPTS = {
    "script-src-elem": "put('script', { textContent: 'window.ran = 1' })",
    "script-src-attr": "document.body.insertAdjacentHTML('beforeend', '<img src=/gone.svg onerror=\"ran = 1\">')",
    "style-src-elem": "put('style', { textContent: 'body { color: red }' })",
    "img-src": "put('img', { src: elsewhere })",
    "frame-src": "put('iframe', { src: elsewhere })",
    "connect-src": "fetch(elsewhere).catch(() => {})",
    "form-action": "put('form', { action: elsewhere }).submit()",
    "base-uri": "put('base', { href: elsewhere })",
}
"""What a page would do if what was sent in got into it, by the directive that is in the way."""


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[BrowserContext]:
    """Somebody whose browser may report that the policy was in the way."""
    with visitor(browser, url) as context:
        yield context


def nothing_ran(page: Page) -> None:
    """Whatever was sent in is in the page as text alone."""
    assert page.title().endswith(" - Bloomweaver")
    assert page.locator("[onerror], img[src=x], main script, main iframe, main object, main embed").count() == 0
    assert page.locator("a[href^='javascript:' i]").count() == 0


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/documents?title=%3Cimg", '<img src=x onerror="document.title=1">'),
        (f"/documents/{library.HOSTILE}", "<script>document.title = 1</script>"),
        ("/search?q=amber+lanterns&mode=keyword", '<img src=x onerror="document.title=1">'),
        (f"/runs/create-{library.HOSTILE}-1", f"Create of {library.HOSTILE}"),
    ],
)
def test_title_content_metadata_and_folder_are_text_on_every_page(signed_in: SignedIn, path: str, shown: str) -> None:
    page = signed_in(Role.ADMIN, path)
    expect(page.get_by_text(shown).first).to_be_visible()
    nothing_ran(page)


def test_the_folder_in_the_tree_and_in_the_palette_is_text(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMIN, "/documents")
    folders = page.get_by_role("complementary", name="Folders")
    folders.get_by_role("link", name=re.compile("warehouse-with-a-long-name")).first.click()
    expect(page.get_by_text("<b>bold</b>").first).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Where to go").fill(SCRIPT)
    expect(page.get_by_role("listbox")).to_contain_text("<img src=x")
    nothing_ran(page)


def test_the_error_of_a_run_and_of_the_api_is_text(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    run = run_id(broken(stand, doc_hash))
    page = signed_in(Role.EDITOR, "/nowhere")

    def with_script(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(
            status=200, content_type="application/json", body=text.replace("ExtractionFailed", _inside(SCRIPT))
        )

    page.route(f"**/api/runs/{run}*", with_script)
    page.goto(f"/runs/{run}")
    expect(page.get_by_role("alert")).to_contain_text("<img src=x onerror=")
    nothing_ran(page)

    page.route("**/api/retry*", lambda route: route.fulfill(status=409, json={"title": SCRIPT, "detail": SCRIPT}))
    page.route("**/api/documents?*", lambda route: route.fulfill(status=500, json={"detail": SCRIPT}))
    page.get_by_role("link", name="Documents").first.click()
    expect(page.get_by_role("alert")).to_contain_text("<img src=x onerror=")
    nothing_ran(page)


def _inside(text: str) -> str:
    return json.dumps(text)[1:-1]


def test_a_sent_in_page_is_given_away_and_never_opened(stand: RunningStack, signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, f"/documents/{library.HOSTILE}")
    path = f"/api/documents/{library.HOSTILE}/content"
    token = {"Authorization": f"Bearer {stand.descriptor.token()}"}
    headers = page.request.get(path, headers=token).headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]

    # Its address is of no use without a token, which no address has.
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 401
    assert "lanterns" not in page.content()


def test_no_token_is_in_an_address_and_none_of_an_address_is_taken(
    visit: Callable[[], BrowserContext], stand: RunningStack
) -> None:
    context = visit()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    token = stand.descriptor.token()
    for address in (f"/documents#access_token={token}&token_type=Bearer", f"/documents?token={token}&id_token={token}"):
        page.goto(address)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    asked.clear()
    sign_in(page, Role.EDITOR, "/documents/handbook-keys")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert any("/api/" in url for url in asked)
    assert [url for url in asked if "eyJ" in url] == []


@pytest.fixture
def framing(url: str) -> Iterator[str]:
    """A page that frames the dashboard. It is of this machine: from elsewhere no browser reaches it."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<iframe src='{url}/documents'></iframe>".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((LOOPBACK, 0), Framing)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_another_page_cannot_frame_it(watched: BrowserContext, url: str, framing: str) -> None:
    failed: list[tuple[str, str | None]] = []
    watched.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
    page = watched.new_page()
    page.goto(framing)
    assert failed == [(f"{url}/documents", "net::ERR_BLOCKED_BY_RESPONSE")]
    assert page.frames[1].url == "chrome-error://chromewebdata/"


@pytest.mark.parametrize("directive", ATTEMPTS)
def test_what_gets_into_a_page_all_the_same_does_nothing_and_the_policy_reports_it(
    watched: BrowserContext, url: str, directive: str
) -> None:
    page = watched.new_page()
    sign_in(page, Role.VIEWER, "/documents")
    page.evaluate(
        """() => addEventListener("securitypolicyviolation",
             event => { window.reported = event.effectiveDirective }, { once: true })"""
    )
    page.evaluate(
        f"""() => {{
          const elsewhere = "http://localhost:9/";
          const put = (name, what) => document.body.appendChild(Object.assign(document.createElement(name), what));
          {ATTEMPTS[directive]};
        }}"""
    )
    reported = wait_for(lambda: page.evaluate("window.reported"), SECONDS, "the policy reports it")
    assert reported == directive
    assert page.evaluate("window.ran") is None
    assert page.evaluate("location.pathname + document.baseURI") == f"/documents{url}/documents"
