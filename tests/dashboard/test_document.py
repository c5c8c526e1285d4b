"""A document's page: read, edited, deleted."""

import re

from playwright.sync_api import expect

from bloomweaver.auth.roles import Role
from tests.dashboard import library
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RunningStack


def test_what_is_said_of_it_is_edited_in_its_place(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}")
    page.get_by_role("button", name="Edit title").click()
    page.get_by_role("textbox", name="Title").fill("A better title")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A better title")).to_be_visible()
    expect(page.get_by_text("Saved as version 2")).to_be_visible()

    page.get_by_role("button", name="Edit folder").click()
    page.get_by_role("combobox", name="Folder").fill(f"tests/{indexed}/below/")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name=f"/tests/{indexed}/below")).to_be_visible()

    page.get_by_role("button", name="Edit metadata").click()
    page.get_by_role("textbox", name="Value of year").fill("a year")
    page.get_by_role("button", name="Remove keeper").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is no number.")).to_be_visible()
    page.get_by_role("textbox", name="Value of year").fill("2025")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit metadata")).to_be_visible()
    document = stand.api.document(indexed)
    assert (document.title, document.folder, document.metadata) == (
        "A better title",
        f"/tests/{indexed}/below",
        {"year": 2025},
    )


def test_neither_of_two_who_edit_loses_anything(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    page = signed_in(Role.EDITOR, f"/documents/{indexed}")
    page.get_by_role("button", name="Edit title").click()
    title = page.get_by_role("textbox", name="Title")
    title.fill("Mine")
    stand.api.edit(indexed, {"title": "Theirs"})
    page.get_by_role("button", name="Save").click()
    conflict = page.get_by_role("alert")
    expect(conflict).to_contain_text("Somebody changed this document while you were editing")
    expect(conflict).to_contain_text("Theirs")
    expect(title).to_have_value("Mine")
    assert stand.api.document(indexed).title == "Theirs"
    conflict.get_by_role("button", name="Save mine over it").click()
    expect(page.get_by_role("heading", name="Mine")).to_be_visible()
    assert stand.api.document(indexed).title == "Mine"


def test_a_deletion_in_one_window_is_seen_in_the_others(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    document = signed_in(Role.EDITOR, f"/documents/{indexed}")
    text = f"The lantern keeper of {indexed}"
    expect(document.get_by_text(text)).to_be_visible()
    listed = signed_in(Role.VIEWER, f"/documents?folder=/tests/{indexed}")
    expect(listed.get_by_role("row", name=f"Title of {indexed}")).to_be_visible()
    search = signed_in(Role.VIEWER, f"/search?q=%22{indexed}%22")
    hit = search.get_by_role("link", name=f"Title of {indexed}")
    expect(hit).to_be_visible()
    other = signed_in(Role.VIEWER, f"/documents/{indexed}")
    expect(other.get_by_text(text)).to_be_visible()
    for page in (search, listed, other):
        expect(page.get_by_text("Live", exact=True)).to_be_visible()

    document.get_by_role("button", name="Delete", exact=True).click()
    document.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    for page in (document, other):
        expect(page.get_by_role("heading", name="Deleted document")).to_be_visible()
        expect(page.get_by_text(text)).to_have_count(0)
    expect(hit).to_have_count(0)
    expect(listed.get_by_role("row", name=f"Title of {indexed}")).to_have_count(0)
    expect(document.get_by_text("The vector index: passages")).to_be_visible()
    document.reload()
    expect(document.get_by_text("Removed").first).to_be_visible()


def test_why_it_failed_is_said(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, f"/documents/{library.FAILING}")
    expect(page.get_by_text(re.compile("type and content do not agree"))).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)


def test_what_is_sent_in_is_shown_as_text(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, f"/documents/{library.HOSTILE}")
    expect(page.get_by_role("heading", level=1)).to_contain_text('<img src=x onerror="document.title=1">')
    expect(page.get_by_text("<script>document.title = 1</script>").first).to_be_visible()
    expect(page).to_have_title("Document - Bloomweaver")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")


def test_its_content_is_downloaded_as_it_was_sent(signed_in: SignedIn, indexed: str) -> None:
    page = signed_in(Role.VIEWER, f"/documents/{indexed}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.startswith(indexed)
    assert f"The lantern keeper of {indexed}" in download.value.path().read_text()
