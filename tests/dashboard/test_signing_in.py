"""Signing in, staying so, and what a session that ends leaves as it was."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.browser import sign_in
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RunningStack


@pytest.mark.parametrize("role", Role)
def test_who_signs_in_comes_back_to_where_they_were_and_stays_after_a_reload(signed_in: SignedIn, role: Role) -> None:
    path = "/documents?folder=%2Fhandbook&order=title"
    page = signed_in(role, path)
    expect(page).to_have_url(re.compile(re.escape(path) + "$"))
    expect(page.get_by_role("heading", name="handbook", exact=True)).to_be_visible()
    page.get_by_role("button", name="Signed in as").click()
    expect(page.get_by_text(f"Role: {role}")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="handbook", exact=True)).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert "eyJ" not in kept, "a token is kept, or in the address"


def test_what_a_role_may_not_is_not_offered(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents/handbook-keys")
    expect(page.get_by_text("What the warden has to know of keys")).to_be_visible()
    for action in ("Delete", "Edit title", "Edit folder", "Edit metadata"):
        expect(page.get_by_role("button", name=action)).to_have_count(0)
    page.goto("/documents?folder=%2Fhandbook")
    page.get_by_role("checkbox", name="Select Keys").check()
    expect(page.get_by_text("1 document selected")).to_be_visible()
    for action in ("Move", "Delete"):
        expect(page.get_by_role("button", name=action)).to_have_count(0)


def test_who_signs_out_is_out(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMIN)
    page.get_by_role("button", name="Signed in as").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto("/documents")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_session_that_ends_keeps_what_is_typed(
    signed_in: SignedIn, visit: Callable[[], BrowserContext], stand: RunningStack, indexed: str
) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}")
    page.get_by_role("button", name="Edit title").click()
    page.get_by_role("textbox", name="Title").fill("Typed before the end")

    page.context.request.get("/issuer/sign-out")

    refusal = {"status": 401, "json": {"message": "Unauthorized"}}
    page.route("**/api/documents/*", lambda route: route.fulfill(**refusal), times=1)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    with page.expect_popup() as popup:
        dialog.get_by_role("button", name="Sign in again").click()
    popup.value.get_by_role("button", name="Editor").click()

    expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", name="Typed before the end")).to_be_visible()
    assert stand.api.document(indexed).title == "Typed before the end"


def test_a_token_that_comes_again_after_a_new_sign_in_is_used(
    visit: Callable[[], BrowserContext], stand: RunningStack, indexed: str
) -> None:
    """An issuer may give the same one twice; this machine's does within a second."""
    context = visit()
    given: list[str] = []

    def the_same(route: Route) -> None:
        answer = route.fetch()
        tokens = answer.json()
        if "access_token" in tokens:
            given.append(tokens["access_token"])
            tokens["access_token"] = given[0]
        route.fulfill(response=answer, json=tokens)

    context.route("**/issuer/token", the_same)
    page = context.new_page()
    sign_in(page, Role.EDITOR, f"/documents/{indexed}")
    page.get_by_role("button", name="Edit title").click()
    page.get_by_role("textbox", name="Title").fill("Typed before the end")
    context.request.get("/issuer/sign-out")
    page.route("**/api/documents/*", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}), times=1)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    with page.expect_popup() as popup:
        dialog.get_by_role("button", name="Sign in again").click()
    popup.value.get_by_role("button", name="Editor").click()
    expect(page.get_by_role("heading", name="Typed before the end")).to_be_visible()
    expect(dialog).to_be_hidden()
    assert len(given) > 1
    assert stand.api.document(indexed).title == "Typed before the end"


def test_an_issuer_that_does_not_answer_is_told(visit: Callable[[], BrowserContext]) -> None:
    page = visit().new_page()
    page.route("**/openid-configuration", lambda route: route.abort())
    page.goto("/documents")
    expect(page.get_by_role("heading", name="Nobody can sign in at the moment")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/auth/callback?code=made-up&state=made-up", "/auth/callback", "/auth/callback?error=x"]
)
def test_a_way_back_that_somebody_made_up_leads_to_the_sign_in(visit: Callable[[], BrowserContext], path: str) -> None:
    page = visit().new_page()
    page.goto(path)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "made-up" not in page.url


def test_no_page_may_frame_it(visit: Callable[[], BrowserContext], url: str) -> None:
    headers = visit().request.get("/documents").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
