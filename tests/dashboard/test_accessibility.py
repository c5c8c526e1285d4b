"""axe over every page, dialog and state, in both themes; and no page wider than a telephone."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bloomweaver.auth.roles import Role
from tests.dashboard import ask_scenes, library, writing_scenes
from tests.dashboard.asking import CHAT, answered, ask
from tests.dashboard.browser import NARROW
from tests.dashboard.conftest import SignedIn
from tests.dashboard.dropping import is_indexed, pick
from tests.dashboard.failures import LETTER, dead_lettered
from tests.dashboard.summaries import with_figures
from tests.e2e.running_stack import RunningStack


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds, in both themes, with where it is."""
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        page.evaluate(f"{axe}; 0")
        result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [
            f"{theme}: {each['id']}: {node['html'][:200]}" for each in result["violations"] for node in each["nodes"]
        ]
    return found


def _select(page: Page) -> None:
    page.get_by_role("checkbox", name="Select Keys").check()


def _ask_to_delete(page: Page) -> None:
    _select(page)
    page.get_by_role("button", name="Delete", exact=True).click()


def _ask_to_move(page: Page) -> None:
    _select(page)
    page.get_by_role("button", name="Move", exact=True).click()


def _ask_for_metadata(page: Page) -> None:
    _select(page)
    page.get_by_role("button", name="Edit metadata").click()
    page.get_by_role("button", name="Set", exact=True).click()


def _show_passages(page: Page) -> None:
    page.get_by_role("checkbox", name="Show passages").check()
    expect(page.get_by_text("with its number where it begins")).to_be_visible()


def _edit(page: Page) -> None:
    for what in ("title", "folder", "metadata"):
        page.get_by_role("button", name=f"Edit {what}").click()


def _open_menu(page: Page) -> None:
    page.get_by_role("button", name="Theme").click()


def _open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Where to go").fill("keys")


def _choose_state(page: Page) -> None:
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.get_by_role("list", name="States").get_by_role("button", name="Claim").click()


def _ask_to_compare(page: Page) -> None:
    page.get_by_role("button", name="Compare now").click()
    expect(page.get_by_text("On AWS about")).to_be_visible()


def _ask_to_redrive(page: Page) -> None:
    page.get_by_role("button", name="Redrive all").first.click()


def _paste_text(page: Page) -> None:
    page.get_by_role("button", name="Paste text").click()
    page.get_by_role("button", name="Add").click()


def _upload(page: Page) -> None:
    page.get_by_text("Prefix of ids, language").click()
    pick(page, {"good.md": f"A text of {uuid.uuid4()}.", "picture.png": "no text", "page.pdf": "no PDF"})
    is_indexed(page, "good.md")


def _ask(page: Page) -> None:
    question = "Who asks for keys at the desk?"
    ask(page, question)
    answered(page, question)


def _nothing(page: Page) -> None:
    pass


STATES: dict[str, tuple[str, str, Callable[[Page], None]]] = {
    "documents": ("/documents?folder=%2Fhandbook", "Opening hours", _nothing),
    "selected": ("/documents?folder=%2Fhandbook", "Opening hours", _select),
    "delete": ("/documents?folder=%2Fhandbook", "Opening hours", _ask_to_delete),
    "move": ("/documents?folder=%2Fhandbook", "Opening hours", _ask_to_move),
    "metadata of several": ("/documents?folder=%2Fhandbook", "Opening hours", _ask_for_metadata),
    "menu": ("/documents?folder=%2Fhandbook", "Opening hours", _open_menu),
    "palette": ("/documents?folder=%2Fhandbook", "Opening hours", _open_palette),
    "no documents": ("/documents?title=zzz", "No document matches", _nothing),
    "document": ("/documents/handbook-keys", "What the warden has to know", _nothing),
    "editing": ("/documents/handbook-keys", "What the warden has to know", _edit),
    "passages": ("/documents/handbook-keys", "What the warden has to know", _show_passages),
    "failed": (f"/documents/{library.FAILING}", "do not agree", _nothing),
    "hostile": (f"/documents/{library.HOSTILE}", "The amber lanterns", _nothing),
    "no document": ("/documents/never-sent", "There is no such document", _nothing),
    "search": ("/search?q=keys&why=yes&where=%5B%22lang%22%2C%22is%22%2C%22en%22%5D", "Together", _nothing),
    "nothing found": ("/search?q=keys&folder=/nowhere", "Nothing is found", _nothing),
    "runs": ("/runs?machine=create", "Create of", _nothing),
    "no runs": ("/runs?status=aborted", "No run matches", _nothing),
    "a span of runs": ("/runs?span=between", "From", _nothing),
    "run": ("/runs/create-handbook-keys-1", "WritePinecone", _choose_state),
    "failed run": (f"/runs/create-{library.FAILING}-1", "No text can be taken", _nothing),
    "dead-lettered run": (f"/runs/create-{LETTER}-1", "waits as a dead letter", _nothing),
    "no run": ("/runs/create-never-sent-1", "There is no such run", _nothing),
    "operations": ("/operations", f"{LETTER}", _nothing),
    "comparing": ("/operations", "Vector indexes", _ask_to_compare),
    "redriving": ("/operations", f"{LETTER}", _ask_to_redrive),
    "overview": ("/overview", "Newest changes", _nothing),
    "audit": ("/audit", "New document", _nothing),
    "no entries": ("/audit?document=never-sent", "No entry matches", _nothing),
    "performance": ("/performance", "As of", with_figures),
    "upload": ("/upload?prefix=a%20b", "Drop files", _nothing),
    "uploaded": ("/upload", "Drop files", _upload),
    "pasted text": ("/upload", "Drop files", _paste_text),
    "editor": ("/documents/guides-garden-roses/edit", "Preview", writing_scenes.saved),
    "newer version": ("/documents/guides-garden-roses/edit", "Preview", writing_scenes.refused_save),
    "difference": ("/documents/guides-garden-roses/edit", "Preview", writing_scenes.difference),
    "leaving": ("/documents/guides-garden-herbs/edit", "Preview", writing_scenes.leaving),
    "HTML": (f"/documents/{library.HOSTILE}/edit", "HTML", writing_scenes.html),
    "no text": (f"/documents/{library.FAILING}/edit", "This document is no text", _nothing),
    "new document": ("/new", "Into the folder", writing_scenes.new_document),
    "wrong JSON": ("/new", "Into the folder", writing_scenes.wrong_json),
    "records": ("/records?folder=/axe", "Add a column", writing_scenes.changed_rows),
    "records reviewed": ("/records?folder=/axe", "Add a column", writing_scenes.reviewed),
    "choice of records": ("/records", "Folder of the collection", _nothing),
    "no records": ("/records?folder=/none", "There are no records", writing_scenes.no_records),
    "wrong records": ("/records?folder=/none", "There are no records", writing_scenes.wrong_rows),
    "refused records": ("/records?folder=/none", "There are no records", writing_scenes.refused_csv),
    "a column": ("/records?folder=/none", "There are no records", writing_scenes.column),
    "new chat": ("/ask", "Ask the documents", _nothing),
    "asked": ("/ask?folder=%2Fhandbook", "Ask the documents", _ask),
    "chats": ("/ask", "Ask the documents", ask_scenes.listed),
    "a model's answer": ("/ask", "Ask the documents", ask_scenes.by_model),
    "no whole answers": ("/ask", "Ask the documents", ask_scenes.unanswered),
    "an answer being written": ("/ask", "Ask the documents", ask_scenes.running),
    "a prompt": ("/ask", "Ask the documents", ask_scenes.prompt),
    "what was wrong with an answer": ("/ask", "Ask the documents", ask_scenes.commented),
    "limits of a chat": ("/ask", "Ask the documents", ask_scenes.scope),
    "renaming a chat": ("/ask", "Ask the documents", ask_scenes.renaming),
    "deleting a chat": ("/ask", "Ask the documents", ask_scenes.deleting),
    "asked too often": ("/ask", "Ask the documents", ask_scenes.refused),
    "chats unreachable": ("/ask", "Ask the documents", ask_scenes.unreachable),
    "no chat": (f"/ask/{CHAT}", "There is no such chat", _nothing),
    "no page": ("/nowhere", "There is no such page", _nothing),
}


@pytest.fixture(scope="module")
def admin(stand: RunningStack, browser: Any, url: str) -> Any:
    """Somebody who is signed in for all of these; a dead letter lies there."""
    from tests.dashboard.browser import sign_in, visitor

    dead_lettered(stand, LETTER, title="Lighthouse log", folder="/press")
    with visitor(browser, url) as context:
        page = context.new_page()
        sign_in(page, Role.ADMIN)
        yield page


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(admin: Page, axe: str, state: str) -> None:
    path, text, prepare = STATES[state]
    admin.unroute_all()
    admin.goto(path)
    expect(admin.get_by_role("main").get_by_text(text).first).to_be_visible()
    prepare(admin)
    assert violations(admin, axe) == []


@pytest.mark.parametrize(
    "state",
    [
        *("documents", "document", "editing", "hostile", "search", "delete"),
        *("runs", "run", "failed run", "operations", "overview", "upload", "uploaded"),
        *("editor", "difference", "new document", "wrong JSON", "records", "records reviewed", "no records"),
        *("audit", "performance", "passages", "metadata of several"),
        *("new chat", "asked", "chats", "a model's answer", "no whole answers", "a prompt", "limits of a chat"),
    ],
)
def test_nothing_is_wider_than_a_telephone(admin: Page, axe: str, state: str) -> None:
    size = admin.viewport_size
    admin.set_viewport_size(NARROW)
    try:
        test_axe_finds_nothing(admin, axe, state)
        assert admin.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    finally:
        admin.set_viewport_size(size or NARROW)


def test_axe_finds_nothing_before_anybody_is_signed_in(visit: Callable[[], BrowserContext], axe: str) -> None:
    page = visit().new_page()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert violations(page, axe) == []
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Viewer")).to_be_visible()
    page.evaluate(f"{axe}; 0")
    assert page.evaluate("axe.run().then(found => found.violations.map(each => each.id))") == []


def test_a_session_that_ended_is_told_to_everybody(signed_in: SignedIn, axe: str) -> None:
    page = signed_in(Role.VIEWER, "/documents?folder=%2Fhandbook")
    page.context.request.get("/issuer/sign-out")
    page.route("**/api/documents/*", lambda route: route.fulfill(status=401, json={}))
    page.get_by_role("link", name="Keys").click()
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    assert violations(page, axe) == []
