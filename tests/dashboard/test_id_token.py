"""An issuer whose ID token is what the API takes, as Clerk's is: the dashboard with a `config.json` that says so."""

from collections.abc import Callable

import jwt
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from bloomweaver.auth.roles import Role
from local.issuer import DASHBOARD
from tests.dashboard.browser import sign_in
from tests.e2e.running_stack import RunningStack


@pytest.fixture
def page(visit: Callable[[], BrowserContext], stand: RunningStack) -> Page:
    """A page whose API takes the ID tokens of the stack's issuer, and those alone."""
    context = visit()

    def configuration(route: Route) -> None:
        given = route.fetch().json()
        given["sign_in"]["token"] = "id_token"
        route.fulfill(json=given)

    def api(route: Route) -> None:
        sent = route.request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(sent, options={"verify_signature": False})
        if claims["aud"] != DASHBOARD:
            route.fulfill(status=401, json={"message": "Unauthorized"})
        else:
            route.continue_(headers={**route.request.headers, "authorization": f"Bearer {stand.descriptor.token()}"})

    context.route("**/config.json", configuration)
    context.route("**/api/**", api)
    return context.new_page()


def test_its_id_token_is_sent_and_its_role_is_what_is_offered(page: Page) -> None:
    sign_in(page, Role.VIEWER, "/documents/handbook-keys")
    expect(page.get_by_text("What the warden has to know of keys")).to_be_visible()
    expect(page.get_by_role("button", name="Edit title")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("What the warden has to know of keys")).to_be_visible()


def test_a_renewal_that_brings_no_other_id_token_ends_the_session(page: Page) -> None:
    sign_in(page, Role.EDITOR, "/documents/handbook-keys")
    expect(page.get_by_text("What the warden has to know of keys")).to_be_visible()
    renewals = 0

    def without_id_token(route: Route) -> None:
        nonlocal renewals
        renewals += 1
        route.fulfill(json={name: value for name, value in route.fetch().json().items() if name != "id_token"})

    page.route("**/issuer/token", without_id_token)
    page.route("**/api/**", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
    page.get_by_role("link", name="Documents").first.click()
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    assert renewals == 1
