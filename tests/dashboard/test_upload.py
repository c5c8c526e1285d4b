"""Uploads: dropped, picked and pasted, followed until they are indexed, and what cannot be taken."""

import json
import os
import re
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import ZIP_STORED, ZipFile

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from bloomweaver.auth.roles import Role
from cli.comparing import unchanged
from cli.sources import document_id, find
from tests.content.documents import docx_of, pdf_of
from tests.dashboard.conftest import SignedIn
from tests.dashboard.dropping import INDEXED_MILLISECONDS, drop, is_indexed, payloads, pick, row_of, written
from tests.e2e.running_stack import RunningStack

MANY = 1_000
FOLDER = 300
ROWS_MAX = 120
OVER_THE_LIMIT = 50 * 1024 * 1024 + 1
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def docx(text: str) -> bytes:
    """A Word document with that text."""
    return docx_of(lambda document: document.add_paragraph(text))


def test_every_content_type_is_dropped_indexed_and_found(
    signed_in: SignedIn, stand: RunningStack, tmp_path: Path, doc_hash: str
) -> None:
    # A word of letters alone is one word, whatever cuts it.
    own = doc_hash[-8:].translate(str.maketrans("0123456789", "ghijklmnop"))
    words = {name: f"{name}word{own}" for name in ("plain", "mark", "page", "data", "print", "word")}
    folder = written(
        tmp_path / "given",
        {
            "notes.txt": f"The {words['plain']} is in the drawer.",
            "guide/Getting started.md": f"# Start\n\nThe {words['mark']} is on the shelf.",
            "guide/page.html": f"<h1>Page</h1><p>The {words['page']} is in the hall.</p>",
            "data.json": json.dumps({"keeper": f"The {words['data']} is at the gate."}),
            "report.pdf": pdf_of([f"The {words['print']} is in the cellar."]),
            "letter.docx": docx(f"The {words['word']} is in the attic."),
            ".hidden.md": "Nobody sees this.",
        },
    )
    page = signed_in(Role.EDITOR, f"/upload?folder=/tests/{doc_hash}&prefix={doc_hash}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    drop(page, [folder])
    expect(page.get_by_text("6 of 6 files through")).to_be_visible(timeout=INDEXED_MILLISECONDS)
    expect(page.get_by_text("All is over: 6 indexed.")).to_be_visible(timeout=INDEXED_MILLISECONDS)

    # They are the documents that the command would have made: it has nothing left to send.
    sources = find([folder], doc_hash, into=f"/tests/{doc_hash}").sources
    assert len(unchanged(stand.api, sources, 1)) == len(sources) == 6
    titles = ("notes.txt", "Getting started.md", "page.html", "data.json", "report.pdf", "letter.docx")
    for word, title in zip(words.values(), titles, strict=True):
        page.goto(f"/search?q={word}&mode=keyword")
        best = page.get_by_role("list", name="Hits").get_by_role("listitem").first
        expect(best.get_by_role("link", name=title)).to_be_visible()


def test_what_has_not_changed_is_not_sent_and_what_has_is_the_next_version(
    signed_in: SignedIn, tmp_path: Path, doc_hash: str
) -> None:
    folder = written(tmp_path / "given", {"same.md": f"It stays. {doc_hash}", "other.md": f"It changes. {doc_hash}"})
    page = signed_in(Role.EDITOR, f"/upload?prefix={doc_hash}")
    drop(page, [folder])
    for name in ("given/same.md", "given/other.md"):
        is_indexed(page, name)
    written(folder, {"other.md": f"It has changed. {doc_hash}"})
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/api/webhook") else None)
    drop(page, [folder])
    expect(row_of(page, "given/same.md")).to_contain_text("Unchanged")
    expect(row_of(page, "given/other.md")).to_contain_text("version 2")
    is_indexed(page, "given/other.md")
    assert len(sent) == 1


def test_what_cannot_be_taken_says_why_and_the_rest_is_sent(signed_in: SignedIn, tmp_path: Path, doc_hash: str) -> None:
    one = written(
        tmp_path / "one",
        {
            "picture.png": b"\x89PNG",
            "empty.md": "",
            "latin.txt": "Käse".encode("latin-1"),
            "page.pdf": "<html>This is no PDF.</html>",
            "damaged.pdf": f"%PDF-1.7 {doc_hash} and nothing more",
            "good.md": f"The good one of {doc_hash}.",
            "twin.md": f"The good one of {doc_hash}.",
        },
    )
    with (one / "large.txt").open("wb") as large:
        large.truncate(OVER_THE_LIMIT)
    other = written(tmp_path / "other", {"good.md": "Another one."})
    page = signed_in(Role.EDITOR, f"/upload?prefix={doc_hash}")
    drop(page, [one, other])
    reasons = {
        "one/picture.png": "Files that end in .png are not taken",
        "one/empty.md": "It is empty",
        "one/latin.txt": "Save it in UTF-8",
        "one/page.pdf": "This PDF cannot be read",
        "one/large.txt": "It is too large",
        "other/good.md": "the same document as one/good.md",
    }
    for name, reason in reasons.items():
        expect(row_of(page, name)).to_contain_text(reason)
        expect(row_of(page, name)).to_contain_text("Left out")
    is_indexed(page, "one/good.md")
    expect(row_of(page, "one/twin.md")).to_contain_text("same content as one/good.md")

    # That it is damaged inside only the service finds out.
    failed = row_of(page, "one/damaged.pdf")
    expect(failed.get_by_text("Failed", exact=True)).to_be_visible(timeout=INDEXED_MILLISECONDS)
    expect(failed).to_contain_text(re.compile("PDF"))
    failed.get_by_role("button", name="Retry one/damaged.pdf").click()
    expect(failed).to_contain_text("version 2")
    expect(failed.get_by_text("Failed", exact=True)).to_be_visible(timeout=INDEXED_MILLISECONDS)
    page.get_by_role("button", name="Failed 1").click()
    expect(page.get_by_role("grid", name="Files").get_by_role("row")).to_have_count(1)


def test_a_large_file_goes_by_a_place_of_its_own(signed_in: SignedIn, tmp_path: Path, doc_hash: str) -> None:
    whole = BytesIO(docx(f"The text beside a large picture. {doc_hash}"))
    with ZipFile(whole, "a", ZIP_STORED) as archive:
        archive.writestr("word/media/picture.bin", os.urandom(6 * 1024 * 1024))
    folder = written(tmp_path, {"large.docx": whole.getvalue()})
    page = signed_in(Role.EDITOR, f"/upload?prefix={doc_hash}")
    with page.expect_request(lambda request: request.method == "PUT") as put:
        drop(page, [folder / "large.docx"])
    is_indexed(page, "large.docx")
    assert "authorization" not in put.value.headers, "a token goes to the API alone"


def test_nothing_is_sent_before_one_says_so_and_leaving_is_asked_about(signed_in: SignedIn, doc_hash: str) -> None:
    page = signed_in(Role.EDITOR, f"/upload?prefix={doc_hash}")
    page.get_by_role("checkbox", name="Send at once").uncheck()
    pick(page, {"a.md": f"It waits. {doc_hash}"})
    expect(row_of(page, "a.md")).to_contain_text("To be sent")

    # Another page of the dashboard is no leaving: it goes on there.
    page.get_by_role("link", name="Documents").first.click()
    expect(page.get_by_role("heading", name="All documents")).to_be_visible()
    page.get_by_role("link", name="Upload").first.click()
    expect(row_of(page, "a.md")).to_contain_text("To be sent")

    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    expect(row_of(page, "a.md")).to_contain_text("To be sent")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Send", exact=True).click()
    is_indexed(page, "a.md")


def test_who_has_no_network_loses_nothing(signed_in: SignedIn, doc_hash: str) -> None:
    page = signed_in(Role.EDITOR, f"/upload?prefix={doc_hash}")
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    page.context.set_offline(True)
    pick(page, {"a.md": f"It waits for the network. {doc_hash}"})
    expect(page.get_by_text("The service cannot be reached.")).to_be_visible()
    page.context.set_offline(False)
    is_indexed(page, "a.md")
    expect(page.get_by_text("The service cannot be reached.")).to_have_count(0)


def test_a_text_is_pasted_and_named(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    page = signed_in(Role.EDITOR, f"/upload?folder=/tests/{doc_hash}")
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    page.evaluate(PASTE, f"What was pasted. {doc_hash}")
    dialog = page.get_by_role("dialog", name="A document of a text")
    expect(dialog.get_by_role("textbox", name="Text")).to_have_value(f"What was pasted. {doc_hash}")
    dialog.get_by_role("textbox", name="Name").fill(doc_hash)
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_text("It has to end in one of .txt")).to_be_visible()
    dialog.get_by_role("textbox", name="Name").fill(f"{doc_hash}.md")
    page.keyboard.press("Enter")
    is_indexed(page, f"{doc_hash}.md")
    document = stand.api.document(document_id(PurePosixPath(f"{doc_hash}.md")))
    assert (document.folder, document.title) == (f"/tests/{doc_hash}", f"{doc_hash}.md")


def test_all_of_it_is_done_by_keyboard(signed_in: SignedIn, doc_hash: str) -> None:
    page = signed_in(Role.EDITOR, f"/upload?prefix={doc_hash}")
    with page.expect_file_chooser() as chooser:
        # A key alone can overtake the request to hand choosers over. The focus goes the way of that request, behind it.
        page.get_by_role("button", name="Choose files").focus()
        page.keyboard.press("Enter")
    chooser.value.set_files(payloads({name: f"{name} of {doc_hash}" for name in ("a.md", "b.md", "c.png")}))
    is_indexed(page, "b.md")
    page.get_by_role("row").first.focus()
    page.keyboard.press("End")
    expect(row_of(page, "c.png")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Take c.png off the list")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row_of(page, "c.png")).to_have_count(0)
    page.get_by_role("row").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="b.md", level=1)).to_be_visible()


def test_a_thousand_files_are_a_list_that_the_page_bears(signed_in: SignedIn) -> None:
    """The service's answers are made up: what is asked is whether the page bears them."""
    page = signed_in(Role.EDITOR)
    page.route("**/api/documents/compare", _compared)
    page.route("**/api/webhook", _accepted)
    page.goto("/upload")
    pick(page, {f"file {number:04}.txt": f"The text of {number}." for number in range(MANY)})
    expect(page.get_by_text(f"{MANY:,} of {MANY:,} files through")).to_be_visible(timeout=INDEXED_MILLISECONDS)
    page.get_by_role("row").first.focus()
    page.keyboard.press("End")
    expect(row_of(page, f"file {MANY - 1:04}.txt")).to_be_focused()
    page.keyboard.press("Home")
    expect(row_of(page, "file 0000.txt")).to_be_focused()
    assert page.get_by_role("row").count() <= ROWS_MAX


def _compared(route: Route) -> None:
    asked = json.loads(route.request.post_data or "{}")["documents"]
    known = [{"doc_hash": each["doc_hash"], "unchanged": False, "version": 0, "status": None} for each in asked]
    assert len(known) <= 100
    route.fulfill(json={"documents": known})


def _accepted(route: Route) -> None:
    answer = {"doc_hash": "made-up", "version": 1, "operation": "CREATE", "status": "queued"}
    route.fulfill(status=202, json=answer)


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=document.title=1>.md", "gpj.\u202eexe.md", "javascript:alert(1).md"]
)
def test_the_name_of_a_file_is_text(signed_in: SignedIn, name: str, doc_hash: str) -> None:
    page = signed_in(Role.EDITOR, f"/upload?prefix={doc_hash}")
    pick(page, {name: f"Its name is odd. {doc_hash}"})
    is_indexed(page, name)
    expect(page).to_have_title("Upload - Bloomweaver")


def test_where_files_go_is_mended_before_anything_is_taken(signed_in: SignedIn) -> None:
    page = signed_in(Role.EDITOR, "/upload?prefix=a%20b")
    expect(page.get_by_text("It has 1 to 64 letters")).to_be_visible()
    pick(page, {"a.md": "It is not taken."})
    expect(page.get_by_text("Nothing was taken")).to_be_visible()
    expect(page.get_by_role("grid", name="Files")).to_have_count(0)


def test_a_viewer_is_offered_no_upload(signed_in: SignedIn) -> None:
    page: Page = signed_in(Role.VIEWER, "/upload")
    expect(page.get_by_text("Your role may not see this")).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Upload")).to_have_count(0)


def test_a_folder_of_three_hundred_files_is_picked(signed_in: SignedIn, tmp_path: Path, doc_hash: str) -> None:
    folder = written(
        tmp_path / "given", {f"{number:03}.txt": f"Leaf {number} of {doc_hash}." for number in range(FOLDER)}
    )
    page = signed_in(Role.EDITOR, f"/upload?folder=/tests/{doc_hash}&prefix={doc_hash}")
    page.get_by_label("A folder").and_(page.locator("input")).set_input_files(folder)
    expect(page.get_by_text(f"All is over: {FOLDER} indexed.")).to_be_visible(timeout=2 * INDEXED_MILLISECONDS)
