"""How much script a page loads at first, compressed."""

import pytest
from playwright.sync_api import Page, Response, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn

SCRIPT_BYTES_MAX = 150_000
WITH_GRAPH_BYTES_MAX = 700_000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/documents", "All documents"),
        ("/documents/handbook-keys", "Runs"),
        ("/search?q=keys", "hits in"),
        ("/runs?machine=create", "Create of"),
        ("/operations", "Vector indexes"),
        ("/overview", "Newest changes"),
        ("/upload", "Drop files"),
        ("/audit", "New document"),
        ("/performance", "As of"),
    ],
)
def test_a_page_loads_no_more_script_than_it_may(signed_in: SignedIn, path: str, text: str) -> None:
    sizes = weighed(signed_in(Role.ADMIN, "/nowhere"), path, text)
    assert len(sizes) > 1, "the page's own script is loaded beside the shell's"
    assert sum(sizes.values()) <= SCRIPT_BYTES_MAX, sizes


def test_a_run_with_its_graph_loads_no_more_script_than_it_may(signed_in: SignedIn) -> None:
    sizes = weighed(signed_in(Role.VIEWER, "/nowhere"), "/runs/create-handbook-keys-1", "WritePinecone")
    assert any("elk-worker" in url for url in sizes), "what lays the graph out is counted"
    assert sum(sizes.values()) <= WITH_GRAPH_BYTES_MAX, sizes


def weighed(page: Page, path: str, text: str) -> dict[str, int]:
    """The compressed sizes of the scripts that the page loads until the text is there."""
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if answer.url.endswith(".js"):
            sizes[answer.url] = int(answer.headers["content-length"])

    page.on("response", weigh)
    page.goto(path)
    expect(page.get_by_text(text).first).to_be_visible()
    if path.startswith("/runs/"):
        expect(page.locator(".react-flow__node").first).to_be_visible()
    return sizes
