"""Texts that are edited: saved and watched to indexed, checked, previewed, and changed by two at a time."""

import json
import re

import pytest
from playwright.sync_api import Dialog, Page, Request, Route, expect

from bloomweaver.auth.roles import Role
from tests.dashboard import library
from tests.dashboard.conftest import SignedIn
from tests.dashboard.dropping import INDEXED_MILLISECONDS
from tests.dashboard.writing import text_box, write
from tests.e2e.running_stack import RunningStack

HOSTILE = """# Links

[press me](javascript:document.title='pressed') and [this](https://example.org/guide) and <b>bold</b>

![a picture](https://example.org/picture.png)

<script>document.title = 'run'</script>

<img src=x onerror="document.title='loaded'">

[data](data:text/html,<script>document.title=1</script>)
"""


def is_saved(page: Page, version: int) -> None:
    """Wait until the page says that the version is indexed."""
    standing = page.get_by_role("status").filter(has_text=f"Saved as version {version}")
    expect(standing).to_contain_text("Indexed", timeout=INDEXED_MILLISECONDS)


def content_of(stand: RunningStack, doc_hash: str) -> str:
    """What the service serves as the document's content."""
    answer = stand.get(f"/documents/{doc_hash}/content")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_text_is_edited_saved_and_watched_to_indexed(
    signed_in: SignedIn, stand: RunningStack, indexed: str, doc_hash: str
) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}")
    page.get_by_role("link", name="Edit the text").click()
    expect(text_box(page)).to_contain_text(f"The lantern keeper of {doc_hash}")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    write(page, f"The lantern keeper of {doc_hash}\ngoes home at dawn.\n")
    page.keyboard.press("Control+s")
    is_saved(page, 2)
    assert content_of(stand, indexed) == f"The lantern keeper of {doc_hash}\ngoes home at dawn.\n"
    document = stand.api.document(indexed)
    assert (document.title, document.folder, document.metadata) == (
        f"Title of {doc_hash}",
        f"/tests/{doc_hash}",
        {"keeper": doc_hash, "year": 2024},
    )
    # One look for each change that was told, and none by the clock.
    assert len([url for url in asked if url.endswith(f"/documents/{indexed}")]) < 12


def test_ends_of_lines_stay_as_they_were(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    stand.index(doc_hash, "one\r\ntwo\r\n")
    page = signed_in(Role.EDITOR, f"/documents/{doc_hash}/edit")
    write(page, "one\nthree\n")
    page.get_by_role("button", name="Save", exact=True).click()
    is_saved(page, 2)
    assert content_of(stand, doc_hash) == "one\r\nthree\r\n"


def hours(opens: str, closed: str) -> str:
    """A text with two places that may differ, far from each other."""
    return (
        f"# Hours\n\nOpen at {opens}.\n\nThe desk is in the hall.\n\nAsk there.\n\nRing twice.\n\nClosed on {closed}.\n"
    )


def test_of_two_who_edit_neither_text_is_lost(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    stand.index(doc_hash, hours("nine", "Sundays"), content_type="text/markdown")
    page = signed_in(Role.EDITOR, f"/documents/{doc_hash}/edit")
    write(page, hours("ten", "Sundays"))
    stand.index(doc_hash, hours("nine", "Mondays"), content_type="text/markdown")
    newer = page.get_by_role("alert")
    expect(newer).to_contain_text("Somebody saved version 2 meanwhile")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    newer.get_by_role("button", name="Show the difference").click()
    code = page.get_by_test_id("code")
    # Both are in sight: theirs above mine at each place.
    for text in ("Open at nine.", "Open at ten.", "Closed on Mondays.", "Closed on Sundays."):
        expect(code).to_contain_text(text)
    expect(page.get_by_role("button", name="Take theirs here")).to_have_count(2)
    second = page.get_by_role("button", name="Take theirs here").nth(1)
    second.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take theirs here")).to_have_count(1)
    page.get_by_role("button", name="Save this text").click()
    is_saved(page, 3)
    assert content_of(stand, doc_hash) == hours("ten", "Mondays")


def test_a_save_that_meets_a_newer_version_is_refused_and_nothing_is_lost(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    stand.index(doc_hash, "Theirs to begin with.")
    page = signed_in(Role.EDITOR, f"/documents/{doc_hash}/edit")
    write(page, "Mine.")

    # The page is told of nothing while it sends, so that the service finds it out.
    def overtake(route: Route) -> None:
        stand.index(doc_hash, "Theirs, newer.")
        route.continue_()

    page.route("**/api/webhook", overtake, times=1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody saved version 2 meanwhile")
    expect(text_box(page)).to_contain_text("Mine.")
    page.get_by_role("button", name="Take theirs").click()
    expect(text_box(page)).to_contain_text("Theirs, newer.")
    text_box(page).focus()
    page.keyboard.press("Control+z")
    expect(text_box(page)).to_contain_text("Mine.")
    page.get_by_role("button", name="Save", exact=True).click()
    is_saved(page, 3)
    assert content_of(stand, doc_hash) == "Mine."


def test_another_title_is_no_other_text(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}/edit")
    write(page, "Another text.")
    stand.api.edit(indexed, {"title": "Another title"})
    expect(page.get_by_role("heading", name="Another title")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    is_saved(page, 3)
    assert stand.api.document(indexed).title == "Another title"
    assert content_of(stand, indexed) == "Another text."


def test_a_save_that_meets_another_title_alone_is_no_conflict(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}/edit")
    write(page, "Another text.")

    def overtake(route: Route) -> None:
        stand.api.edit(indexed, {"title": "Another title"})
        route.continue_()

    page.route("**/api/webhook", overtake, times=1)
    with page.expect_response("**/api/webhook") as refused:
        page.get_by_role("button", name="Save", exact=True).click()
    assert refused.value.status == 409
    is_saved(page, 3)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert stand.api.document(indexed).title == "Another title"
    assert content_of(stand, indexed) == "Another text."


def test_json_says_where_it_is_wrong_and_is_not_sent(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    stand.index(doc_hash, json.dumps({"keeper": "Ada"}), content_type="application/json")
    page = signed_in(Role.EDITOR, f"/documents/{doc_hash}/edit")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/webhook") else None)
    write(page, '{\n  "keeper": "Ada",\n}')
    checks = page.get_by_role("list", name="Checks")
    expect(checks).to_contain_text("a comma is too many")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("It is not saved")
    assert sent == []
    checks.get_by_role("button", name="Line 3, column 1").click()
    expect(text_box(page)).to_be_focused()
    write(page, '{"keeper": "Ada"}\n{"keeper": "Grace"}')
    expect(checks).to_contain_text("These are JSON lines, which are not taken")
    write(page, '{"keeper": "Grace"}')
    expect(checks).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    is_saved(page, 2)


def test_a_preview_runs_and_loads_nothing(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    stand.index(doc_hash, HOSTILE, content_type="text/markdown")
    page = signed_in(Role.EDITOR, f"/documents/{doc_hash}/edit")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url) if "example.org" in request.url else None)
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", name="Links")).to_be_visible()
    expect(preview).to_contain_text("press me (javascript:document.title='pressed')")
    expect(preview).to_contain_text("<script>document.title = 'run'</script>")
    expect(preview).to_contain_text("Image: a picture (https://example.org/picture.png)")
    expect(preview.get_by_role("link")).to_have_count(1)
    link = preview.get_by_role("link", name="this")
    assert link.get_attribute("href") == "https://example.org/guide"
    expect(preview).to_contain_text("(https://example.org/guide)")
    preview.get_by_text("press me").click()
    assert preview.locator("script, img, iframe, b").count() == 0
    expect(page).to_have_title("Edit a text - Bloomweaver")
    assert loaded == []


def test_html_is_never_opened(signed_in: SignedIn, stand: RunningStack) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{library.HOSTILE}/edit")
    expect(text_box(page)).to_contain_text("<script>document.title = 1</script>")
    expect(page.get_by_role("region", name="Preview")).to_have_count(0)
    expect(page).to_have_title("Edit a text - Bloomweaver")


def test_what_is_unsaved_asks_before_it_is_left(signed_in: SignedIn, indexed: str) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}")
    page.get_by_role("link", name="Edit the text").click()
    write(page, "Not saved.")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Search").click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Stay").click()
    expect(text_box(page)).to_contain_text("Not saved.")
    closing: list[str] = []

    def stay(asked: Dialog) -> None:
        closing.append(asked.type)
        asked.dismiss()

    page.once("dialog", stay)
    page.close(run_before_unload=True)
    expect(text_box(page)).to_contain_text("Not saved.")
    assert closing == ["beforeunload"]
    page.evaluate("history.back()")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Leave without saving").click()
    expect(page).to_have_url(re.compile(f"/documents/{indexed}$"))
    page.get_by_role("link", name="Edit the text").click()
    expect(text_box(page)).to_contain_text("The lantern keeper")


def test_what_is_typed_survives_the_end_of_a_session(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}/edit")
    write(page, "Typed before the session ended.")
    page.context.request.get("/issuer/sign-out")
    page.route("**/api/webhook", lambda route: route.fulfill(status=401, json={}), times=1)
    page.get_by_role("button", name="Save", exact=True).click()
    ended = page.get_by_role("dialog", name="Your session has ended")
    expect(ended).to_be_visible()
    with page.expect_popup() as opened:
        ended.get_by_role("button", name="Sign in again").click()
    opened.value.get_by_role("button", name="Editor").click()
    is_saved(page, 2)
    assert content_of(stand, indexed) == "Typed before the session ended."


def test_a_text_that_is_deleted_meanwhile_goes_and_ones_own_is_kept(
    signed_in: SignedIn, stand: RunningStack, indexed: str, doc_hash: str
) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}/edit")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    write(page, "My own words.")
    reader = signed_in(Role.EDITOR, f"/documents/{indexed}/edit")
    expect(text_box(reader)).to_contain_text(f"The lantern keeper of {doc_hash}")
    stand.api.delete(indexed)
    for each in (page, reader):
        expect(each.get_by_role("heading", name="This document was deleted")).to_be_visible()
        expect(text_box(each)).to_have_count(0)
    expect(reader.get_by_role("button", name="Show my text")).to_have_count(0)
    page.get_by_role("button", name="Show my text").click()
    expect(text_box(page)).to_contain_text("My own words.")
    page.get_by_role("button", name="Save", exact=True).click()
    is_saved(page, 3)


def test_a_document_is_written_anew(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    page = signed_in(Role.EDITOR)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Where to go").fill("new doc")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Title").fill(f"Title of {doc_hash}")
    page.get_by_role("combobox", name="Into the folder").fill(f"/tests/{doc_hash}")
    write(page, f"# Written here\n\nOf {doc_hash}.")
    expect(page.get_by_role("region", name="Preview").get_by_role("heading", name="Written here")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    is_saved(page, 1)
    made = f"title-of-{doc_hash}".lower()
    expect(page).to_have_url(re.compile(f"/documents/{made}/edit$"))
    document = stand.api.document(made)
    assert (document.title, document.folder) == (f"Title of {doc_hash}", f"/tests/{doc_hash}")
    write(page, "A second version.")
    page.get_by_role("button", name="Save", exact=True).click()
    is_saved(page, 2)

    page.goto("/new")
    page.get_by_role("textbox", name="Id").fill(made)
    write(page, "It would be the same document.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There was a document with the id")
    assert content_of(stand, made) == "A second version."


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"/documents/{library.FAILING}/edit", "This document is no text"),
        ("/documents/never-sent/edit", "There is no such document"),
    ],
)
def test_what_cannot_be_edited_says_why(signed_in: SignedIn, path: str, text: str) -> None:
    page = signed_in(Role.EDITOR, path)
    expect(page.get_by_role("heading", name=text)).to_be_visible()


def test_a_viewer_is_offered_no_editor(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents/handbook-keys")
    expect(page.get_by_text("What the warden has to know")).to_be_visible()
    expect(page.get_by_role("link", name="Edit the text")).to_have_count(0)
    for path in ("/documents/handbook-keys/edit", "/new"):
        page.goto(path)
        expect(page.get_by_text("Your role may not see this")).to_be_visible()
