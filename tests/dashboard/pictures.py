"""Takes pictures of the dashboard on a stack of its own: `python -m tests.dashboard.pictures [FOLDER]`.

Every page in both themes, wide and narrow, into FOLDER (`.local/pictures`); those that the documentation shows, small,
into `docs/images`.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bloomweaver.auth.roles import Role
from cli.client import Api
from local import stack
from local.config import REPOSITORY
from tests.dashboard import ask_scenes, library, upload_scenes, writing_scenes
from tests.dashboard.browser import NARROW, WIDE, chromium, sign_in, visitor
from tests.dashboard.failures import LETTER, dead_lettered
from tests.dashboard.summaries import with_figures
from tests.e2e.running_stack import RunningStack, stack_config

DOCUMENTED = REPOSITORY / "docs" / "images"
COLOURS = 64


@dataclass(frozen=True)
class Scene:
    """What is shown: the page at `path`, once `ready` is through with it."""

    name: str
    path: str
    ready: Callable[[Page], None]
    documented: bool = False


def _documents(page: Page) -> None:
    expect(page.get_by_role("row").nth(8)).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_role("complementary", name="Folders")).to_be_attached()


def _selected(page: Page) -> None:
    _documents(page)
    for number in (2, 3):
        page.get_by_role("row").nth(number).get_by_role("checkbox").check()


def _delete(page: Page) -> None:
    _selected(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _metadata(page: Page) -> None:
    _selected(page)
    page.get_by_role("button", name="Edit metadata").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _text(text: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_role("main").get_by_text(text).first).to_be_visible()


def _document_page(page: Page) -> None:
    expect(page.get_by_text("What the warden has to know")).to_be_visible()
    expect(page.get_by_text("create of version 1")).to_be_visible()


def _edited(page: Page) -> None:
    _document_page(page)
    page.get_by_role("button", name="Edit metadata").click()
    page.get_by_role("button", name="Edit title").click()


def _passages(page: Page) -> None:
    _document_page(page)
    page.get_by_role("checkbox", name="Show passages").check()
    expect(page.get_by_text("with its number where it begins")).to_be_visible()


def _hits(page: Page) -> None:
    expect(page.get_by_role("list", name="Hits").get_by_role("listitem").nth(3)).to_be_visible()
    expect(page.get_by_text("Together").first).to_be_visible()


def _graph(text: str) -> Callable[[Page], None]:
    def ready(page: Page) -> None:
        expect(page.get_by_text(text).first).to_be_visible()
        expect(page.locator(".react-flow__node").first).to_be_visible()

    return ready


def _press(button: str, text: str) -> Callable[[Page], None]:
    def ready(page: Page) -> None:
        page.get_by_role("button", name=button, exact=True).first.click()
        expect(page.get_by_role("dialog").get_by_text(text).first).to_be_visible()

    return ready


FILLED = (
    Scene("documents", "/documents", _documents, documented=True),
    Scene("documents-selected", "/documents?folder=%2Fhandbook", _selected),
    Scene("documents-delete", "/documents", _delete),
    Scene("documents-metadata", "/documents", _metadata),
    Scene("documents-failed", "/documents?status=failed", _text("Annual figures")),
    Scene("documents-none", "/documents?title=zzz", _text("No document matches")),
    Scene("document", "/documents/handbook-opening-hours", _document_page, documented=True),
    Scene("document-edited", "/documents/handbook-opening-hours", _edited),
    Scene("document-passages", "/documents/handbook-opening-hours", _passages),
    Scene("document-failed", "/documents/annual-figures", _text("Failed")),
    Scene("document-hostile", "/documents/hostile", _text("The amber lanterns")),
    Scene("document-none", "/documents/never-sent", _text("There is no such document")),
    Scene("document-deleted", "/documents/press-anniversary", _text("Goes by its age")),
    Scene("search", "/search?q=who+asks+at+the+desk&why=yes", _hits, documented=True),
    Scene(
        "search-narrowed", "/search?q=lanterns&where=%5B%22long%22%2C%22is%22%2C%22x%22%5D", _text("Nothing is found")
    ),
    Scene("search-hostile", "/search?q=amber+lanterns&mode=keyword", _text("The amber lanterns")),
    Scene("search-empty", "/search", _text("Ask something")),
    Scene("runs", "/runs", _text("Create of lighthouse-log")),
    Scene("runs-none", "/runs?status=aborted", _text("No run matches")),
    Scene("run", f"/runs/create-{LETTER}-1", _graph("waits as a dead letter"), documented=True),
    Scene("run-succeeded", "/runs/create-handbook-keys-1", _graph("Succeeded")),
    Scene("run-failed", "/runs/create-annual-figures-1", _graph("No text can be taken")),
    Scene("run-none", "/runs/create-never-sent-1", _text("There is no such run")),
    Scene("operations", "/operations", _text(LETTER), documented=True),
    Scene("operations-compare", "/operations", _press("Compare now", "On AWS about")),
    Scene("operations-rebuild", "/operations", _press("Rebuild", "On AWS about")),
    Scene("operations-reindex", "/operations", _press("Reindex", "At most 30 are on their way")),
    Scene("operations-redrive", "/operations", _press("Redrive these", "On AWS a letter")),
    Scene("overview", "/overview", _text("Lighthouse log"), documented=True),
    Scene("upload", "/upload?folder=%2Fhandbook", upload_scenes.several, documented=True),
    Scene("upload-empty", "/upload", upload_scenes.empty),
    Scene("upload-one", "/upload", upload_scenes.one),
    Scene("upload-many", "/upload", upload_scenes.many),
    Scene("upload-refused", "/upload", upload_scenes.refused),
    Scene("upload-unreachable", "/upload", upload_scenes.unreachable),
    Scene("upload-pasted", "/upload", upload_scenes.pasted),
    Scene("editor", "/documents/guides-garden-roses/edit", writing_scenes.saved, documented=True),
    Scene("editor-newer", "/documents/guides-garden-roses/edit", writing_scenes.refused_save),
    Scene("editor-difference", "/documents/guides-garden-roses/edit", writing_scenes.difference),
    Scene("editor-leaving", "/documents/guides-garden-herbs/edit", writing_scenes.leaving),
    Scene("editor-html", "/documents/hostile/edit", writing_scenes.html),
    Scene("editor-no-text", "/documents/annual-figures/edit", _text("This document is no text")),
    Scene("new-document", "/new", writing_scenes.new_document),
    Scene("new-document-json", "/new", writing_scenes.wrong_json),
    Scene("records", "/records?folder=%2Fpeople", writing_scenes.changed_rows, documented=True),
    Scene("records-review", "/records?folder=%2Fpeople", writing_scenes.reviewed),
    Scene("records-choice", "/records", _text("Folder of the collection")),
    Scene("records-empty", "/records?folder=%2Fstations", writing_scenes.no_records),
    Scene("records-wrong", "/records?folder=%2Fstations", writing_scenes.wrong_rows),
    Scene("records-refused", "/records?folder=%2Fstations", writing_scenes.refused_csv),
    Scene("records-column", "/records?folder=%2Fstations", writing_scenes.column),
    Scene("records-unreachable", "/records?folder=%2Fpeople", writing_scenes.collection_unreachable),
    Scene("ask", "/ask", ask_scenes.chat, documented=True),
    Scene("ask-new", "/ask?folder=%2Fguides%2Fharbour", ask_scenes.new),
    Scene("ask-chats", "/ask", ask_scenes.listed),
    Scene("ask-model", "/ask", ask_scenes.by_model),
    Scene("ask-unanswered", "/ask", ask_scenes.unanswered),
    Scene("ask-running", "/ask", ask_scenes.running),
    Scene("ask-prompt", "/ask", ask_scenes.prompt),
    Scene("ask-commented", "/ask", ask_scenes.commented),
    Scene("ask-many", "/ask", ask_scenes.many),
    Scene("ask-scope", "/ask", ask_scenes.scope),
    Scene("ask-rename", "/ask", ask_scenes.renaming),
    Scene("ask-delete", "/ask", ask_scenes.deleting),
    Scene("ask-refused", "/ask", ask_scenes.refused),
    Scene("ask-unreachable", "/ask", ask_scenes.unreachable),
    Scene("ask-none", "/ask/00000000000000000000000000000000", ask_scenes.gone),
    Scene("ask-passage", "/documents/handbook-keys?version=1&passage=v000001-00000", _text("with its number")),
    Scene("audit", "/audit", _text("New document"), documented=True),
    Scene("audit-none", "/audit?document=never-sent", _text("No entry matches")),
    Scene("performance", "/performance", with_figures, documented=True),
    Scene("no-page", "/nowhere", _text("There is no such page")),
)
EMPTY = (
    Scene("documents-empty", "/documents", _text("There are no documents yet")),
    Scene("runs-empty", "/runs", _text("There are no runs yet")),
    Scene("operations-empty", "/operations", _text("All five queues are empty")),
    Scene("ask-empty", "/ask", ask_scenes.new),
    Scene("audit-empty", "/audit", _text("Nobody has changed anything yet")),
    Scene("performance-empty", "/performance", _text("As of")),
    Scene("overview-empty", "/overview", _text("Nothing failed")),
)


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures-") as directory:
        config = stack_config(Path(directory), dashboard=True, dashboard_port=0)
        descriptor = stack.up(config, print)
        try:
            assert descriptor.dashboard_url is not None, "the dashboard could not be built"
            with chromium() as browser, Api(descriptor.api_url, token=descriptor.token) as api:
                _take(browser, descriptor.dashboard_url, EMPTY, folder)
                library.fill(api)
                api.delete("press-anniversary")
                library.settled(api)
                ask_scenes.fill(api)
                dead_lettered(RunningStack(config, descriptor, ""), LETTER, title="Lighthouse log", folder="/press")
                _take(browser, descriptor.dashboard_url, FILLED, folder)
                _sign_in_page(browser, descriptor.dashboard_url, folder)
        finally:
            stack.down(config, print)


def _take(browser: Browser, url: str, scenes: tuple[Scene, ...], folder: Path) -> None:
    with visitor(browser, url) as context:
        page = context.new_page()
        page.on("console", lambda said: print(said.type, said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: print("page error:", error))
        sign_in(page, Role.ADMIN)
        for scene in scenes:
            for width, size in (("wide", WIDE), ("narrow", NARROW)):
                page.set_viewport_size(size)
                for theme in ("light", "dark"):
                    page.emulate_media(color_scheme=theme)
                    page.unroute_all()
                    try:
                        page.goto(scene.path)
                        scene.ready(page)
                    except AssertionError as error:
                        print(f"{scene.name}, {width}, {theme}: {error}")
                    made = folder / f"{scene.name}-{width}-{theme}.png"
                    page.screenshot(path=made, animations="disabled")
                    if scene.documented and width == "wide":
                        _document(made, DOCUMENTED / f"dashboard-{scene.name}-{theme}.png")


def _sign_in_page(browser: Browser, url: str, folder: Path) -> None:
    with visitor(browser, url) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        page.screenshot(path=folder / "sign-in.png")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Viewer")).to_be_visible()
        page.screenshot(path=folder / "roles.png")


def _document(picture: Path, to: Path) -> None:
    """A picture with few colours, which is small."""
    with Image.open(picture) as whole:
        whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(to, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / ".local" / "pictures")
