"""How much script a page loads at first, compressed."""

import pytest
from playwright.sync_api import Page, Response, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.asking import CHAT, an_answer, made_up
from tests.dashboard.conftest import SignedIn
from tests.dashboard.library import FAILING
from tests.dashboard.writing import text_box

SCRIPT_BYTES_MAX = 150_000
WITH_GRAPH_BYTES_MAX = 700_000
WITH_EDITOR_BYTES_MAX = 700_000
WITH_MARKDOWN_BYTES_MAX = 200_000


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
        ("/records", "Folder of the collection"),
        ("/records?folder=/none", "There are no records"),
        (f"/documents/{FAILING}/edit", "This document is no text"),
        ("/ask", "Ask the documents"),
        (f"/ask/{CHAT}", "There is no such chat"),
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


@pytest.mark.parametrize("path", ["/documents/handbook-keys/edit", "/new"])
def test_the_editor_loads_no_more_script_than_it_may(signed_in: SignedIn, path: str) -> None:
    sizes = weighed(signed_in(Role.EDITOR, "/nowhere"), path, "Preview")
    assert any("MarkdownText" in url for url in sizes), "the preview is counted"
    assert sum(sizes.values()) <= WITH_EDITOR_BYTES_MAX, sizes


def test_an_answer_of_a_model_loads_no_more_script_than_it_may(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    made_up(page, an_answer(generator="openai", text="**Under** the mat."))
    sizes = weighed(page, f"/ask/{CHAT}", "the mat.")
    expect(page.locator("strong")).to_have_text("Under")
    assert any("CitedMarkdown" in url for url in sizes), "what shows Markdown is counted"
    assert sum(sizes.values()) <= WITH_MARKDOWN_BYTES_MAX, sizes


def weighed(page: Page, path: str, text: str) -> dict[str, int]:
    """The compressed sizes of the scripts that the page loads until the text is there."""
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if answer.url.endswith(".js"):
            sizes[answer.url] = int(answer.headers["content-length"])

    page.on("response", weigh)
    page.goto(path)
    expect(page.get_by_role("main").get_by_text(text).first).to_be_visible()
    if path.endswith(("/edit", "/new")) and FAILING not in path:
        expect(text_box(page)).to_be_visible()
        expect(page.get_by_role("region", name="Preview")).not_to_contain_text("Loading")
    if path.startswith("/runs/"):
        expect(page.locator(".react-flow__node").first).to_be_visible()
    return sizes
