"""The service is gone for a while: it is told, nothing that is shown is taken for new, and it goes on by itself."""

from playwright.sync_api import Route, WebSocketRoute, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RunningStack

PROBLEM = {"title": "Bad Gateway", "status": 502, "detail": "the API of this stack does not answer"}
AGAIN_MILLISECONDS = 60_000
"""It is tried again every half minute at last."""


def test_a_service_that_is_down_is_told_and_once_it_is_back_all_is_shown_as_it_is(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    page = signed_in(Role.EDITOR)
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    def down(route: Route) -> None:
        route.fulfill(status=502, json=PROBLEM)

    page.route_web_socket("**/*ticket=*", through)
    page.goto(f"/documents?folder=/tests/{indexed}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    row = page.get_by_role("row", name=f"Title of {indexed}")
    expect(row).to_be_visible()

    page.route("**/api/**", down)
    sockets[-1].close()
    expect(page.get_by_text("Not live", exact=True)).to_be_visible()
    expect(row).to_be_visible()
    page.get_by_role("link", name="Search").first.click()
    page.get_by_role("searchbox").fill("lantern")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.go_back()
    stand.api.edit(indexed, {"title": "Changed meanwhile"})

    page.unroute("**/api/**", down)
    expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=AGAIN_MILLISECONDS)
    expect(page.get_by_role("row", name="Changed meanwhile")).to_be_visible()
    expect(row).to_have_count(0)
