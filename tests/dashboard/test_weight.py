"""How much script a page loads at first, compressed."""

import pytest
from playwright.sync_api import Response, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn

SCRIPT_BYTES_MAX = 150_000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/documents", "All documents"),
        ("/documents/handbook-keys", "Runs"),
        ("/search?q=keys", "hits in"),
        ("/upload", "Drop files"),
    ],
)
def test_a_page_loads_no_more_script_than_it_may(signed_in: SignedIn, path: str, text: str) -> None:
    page = signed_in(Role.EDITOR, "/nowhere")
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if answer.url.endswith(".js"):
            sizes[answer.url] = int(answer.headers["content-length"])

    page.on("response", weigh)
    page.goto(path)
    expect(page.get_by_text(text).first).to_be_visible()
    assert len(sizes) > 1, "the page's own script is loaded beside the shell's"
    assert sum(sizes.values()) <= SCRIPT_BYTES_MAX, sizes
