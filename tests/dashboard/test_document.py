"""A document's page: read, edited, deleted."""

import base64
import re

from playwright.sync_api import expect

from bloomweaver.auth.roles import Role
from tests.content.documents import pdf_of
from tests.dashboard import library
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RUN_SECONDS, RunningStack
from tests.e2e.waiting import wait_for


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


def test_its_versions_are_told_to_all_and_who_asked_to_admins(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    stand.api.edit(indexed, {"title": "The lighthouse"})
    wait_for(lambda: stand.api.document(indexed).served_version == 2, RUN_SECONDS, "the edit is served")
    versions = re.compile("^Versions")
    admin = signed_in(Role.ADMIN, f"/documents/{indexed}")
    listed = admin.get_by_role("list", name=versions).get_by_role("listitem")
    subject = stand.api.audit(doc_hash=indexed).entries[0].caller.subject
    expect(listed.nth(0)).to_contain_text(re.compile(f"2.*Edit.*Search shows it.*just now.*by {subject}"))
    expect(listed.nth(1)).to_contain_text(re.compile(f"1.*New document.*by {subject}"))
    audit = admin.get_by_role("region", name="Audit")
    expect(audit.get_by_role("listitem")).to_have_count(2)
    expect(audit.get_by_role("listitem").first).to_contain_text("Edit, version 2")
    audit.get_by_role("link", name="All entries").click()
    expect(admin.get_by_role("grid", name="Audit log").get_by_role("row")).to_have_count(2)

    viewer = signed_in(Role.VIEWER, f"/documents/{indexed}")
    listed = viewer.get_by_role("list", name=versions).get_by_role("listitem")
    expect(listed.nth(0)).to_contain_text(re.compile("2.*Update.*Search shows it"))
    expect(listed.nth(1)).to_contain_text("New document")
    expect(viewer.get_by_text("which administrators read")).to_be_visible()
    expect(viewer.get_by_role("region", name="Audit")).to_have_count(0)
    listed.nth(1).get_by_role("link").click()
    expect(viewer.get_by_role("heading", name=f"Create of {indexed}, version 1", level=1)).to_be_visible()


def test_older_versions_are_shown_by_request(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    for number in range(9):
        stand.api.edit(indexed, {"title": f"Title {number}"})
    page = signed_in(Role.ADMIN, f"/documents/{indexed}")
    listed = page.get_by_role("list", name=re.compile("^Versions")).get_by_role("listitem")
    expect(listed).to_have_count(8)
    page.get_by_role("button", name="Older versions").click()
    expect(listed).to_have_count(10)
    expect(listed.last).to_contain_text("New document")
    expect(page.get_by_role("button", name="Older versions")).to_have_count(0)


def test_the_boundaries_of_its_passages_are_drawn_by_request(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    lines = [
        f"In the year {year} the keeper counts *{year % 37}* lanterns of the harbour." for year in range(1700, 1800)
    ]
    chapters = [f"# Chapter {number}\n\n{' '.join(lines[number::4])}\n" for number in range(4)]
    stand.index(doc_hash, "\n".join(chapters), content_type="text/markdown", title="Lanterns")
    passages = stand.api.passages(doc_hash).passages
    assert len(passages) >= 4
    page = signed_in(Role.VIEWER, f"/documents/{doc_hash}")
    content = page.get_by_role("region", name="Content")
    expect(content.get_by_text("Chapter 3")).to_be_visible()
    switch = content.get_by_role("checkbox", name="Show passages")
    switch.check()
    expect(content.get_by_text(f"{len(passages)} passages, each with its number")).to_be_visible()
    expect(content).not_to_contain_text("not drawn")
    for passage in passages:
        expect(content.get_by_title(re.compile(f"^Passage {passage.index + 1}:"))).to_have_count(1)
    switch.uncheck()
    expect(content.get_by_title(re.compile("^Passage"))).to_have_count(0)
    switch.check()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stand.api.delete(doc_hash)
    expect(page.get_by_role("heading", name="Deleted document")).to_be_visible()
    expect(page.get_by_text("the keeper counts")).to_have_count(0)


def test_passages_of_what_a_browser_does_not_show_are_a_list(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    data = base64.b64encode(pdf_of(["The ferry leaves at nine.", "The pilot waits."]))
    body = {
        "operation": "CREATE",
        "doc_hash": doc_hash,
        "content_type": "application/pdf",
        "content_base64": data.decode(),
    }
    assert stand.execution(stand.api.submit(body)).status == "SUCCEEDED"
    page = signed_in(Role.VIEWER, f"/documents/{doc_hash}")
    content = page.get_by_role("region", name="Content")
    expect(content.get_by_text("A file of this type is not shown here")).to_be_visible()
    content.get_by_role("checkbox", name="Show passages").check()
    expect(content.get_by_role("list", name="Passages")).to_contain_text("The ferry leaves at nine.")
    expect(content.get_by_role("list", name="Passages")).to_contain_text("page 1")


def test_passages_that_cannot_be_found_in_the_source_are_counted(signed_in: SignedIn, indexed: str) -> None:
    page = signed_in(Role.VIEWER, "/documents")
    passage = {"index": 0, "chunk_id": "v000001-00000", "heading": None, "page": None}
    answer = {"doc_hash": indexed, "version": 1, "count": 2, "missing": [], "next_start": None}
    texts = [f"The lantern keeper of {indexed}", "What nobody wrote"]
    passages = [{**passage, "index": index, "text": text} for index, text in enumerate(texts)]
    page.route("**/passages?*", lambda route: route.fulfill(json={**answer, "passages": passages}))
    page.goto(f"/documents/{indexed}")
    page.get_by_role("checkbox", name="Show passages").check()
    expect(page.get_by_text("1 of them is not drawn")).to_be_visible()
    expect(page.get_by_title("Passage 1", exact=True)).to_be_visible()
    page.unroute_all()
    page.route("**/passages?*", lambda route: route.fulfill(status=500, json={"detail": "it fell over"}))
    page.reload()
    page.get_by_role("checkbox", name="Show passages").check()
    expect(page.get_by_role("alert")).to_contain_text("it fell over")
