"""Records: pasted, imported, changed, deleted, and watched to indexed; what is wrong is named and never sent."""

import json
import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Request, expect

from bloomweaver.auth.roles import Role
from cli.answers import Document
from tests.dashboard import library
from tests.dashboard.conftest import SignedIn
from tests.dashboard.dropping import INDEXED_MILLISECONDS
from tests.dashboard.writing import paste
from tests.e2e.running_stack import RunningStack

PEOPLE = "id\tname\tborn\nada\tAda Lovelace\t1815\ngrace\tGrace Hopper\t1906\nalan\tAlan Turing\t1912\n"


@pytest.fixture
def folder(doc_hash: str) -> str:
    """A collection that is this test's alone."""
    return f"/tests/{doc_hash}"


def opened(signed_in: SignedIn, folder: str, role: Role = Role.EDITOR) -> Page:
    """The page of the collection, live."""
    page = signed_in(role, f"/records?folder={folder}")
    expect(page.get_by_role("button", name="Add a column")).to_be_enabled()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


def cell(page: Page, column: str, row: int) -> Locator:
    """A cell, by its column and the number of its row."""
    return page.get_by_role("textbox", name=f"{column}, row {row}", exact=True)


def review(page: Page) -> Locator:
    """What would be sent."""
    page.get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog", name="Review the changes")
    expect(dialog.get_by_role("list", name="What is sent does")).to_be_visible()
    return dialog


def send(page: Page, said: str) -> None:
    """Review, send, and wait until all is over."""
    review(page).get_by_role("button", name=re.compile("Send .* change")).click()
    expect(page.get_by_text(f"All is over: {said}.")).to_be_visible(timeout=INDEXED_MILLISECONDS)


def filled(signed_in: SignedIn, folder: str) -> Page:
    """The page of a collection with three people, indexed."""
    page = opened(signed_in, folder)
    paste(page.get_by_role("textbox", name="Paste cells here"), PEOPLE)
    send(page, "3 indexed")
    return page


def in_folder(stand: RunningStack, folder: str) -> list[Document]:
    """The documents of the collection."""
    return stand.api.in_folder(folder).documents


def records(stand: RunningStack, folder: str) -> dict[str, dict[str, object]]:
    """What the service serves of the collection, by title."""
    found = {}
    for document in in_folder(stand, folder):
        found[str(document.title)] = json.loads(stand.get(f"/documents/{document.doc_hash}/content").content)
    return found


def test_records_are_pasted_changed_and_deleted_and_watched_to_indexed(
    signed_in: SignedIn, stand: RunningStack, folder: str
) -> None:
    page = opened(signed_in, folder)
    paste(page.get_by_role("textbox", name="Paste cells here"), PEOPLE)
    expect(cell(page, "name", 2)).to_have_value("Grace Hopper")
    dialog = review(page)
    expect(dialog).to_contain_text("Created 3")
    expect(dialog).to_contain_text("Updated 0")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    dialog.get_by_role("button", name="Send 3 changes").click()
    row = page.get_by_role("row").filter(has=cell(page, "id", 1))
    expect(row).to_contain_text("Indexed", timeout=INDEXED_MILLISECONDS)
    expect(page.get_by_text("All is over: 3 indexed.")).to_be_visible(timeout=INDEXED_MILLISECONDS)
    assert [url for url in asked if not url.endswith("/webhook")] == [], "its rows follow live messages alone"
    library.listed(stand.api, folder, 3)
    assert records(stand, folder)["ada"] == {"id": "ada", "name": "Ada Lovelace", "born": "1815"}

    page.reload()
    expect(page.get_by_text("3 records")).to_be_visible()
    keys = [cell(page, "id", number).input_value() for number in (1, 2, 3)]
    cell(page, "born", keys.index("grace") + 1).fill("1907")
    page.get_by_role("button", name=f"Delete row {keys.index('alan') + 1}").click()
    page.get_by_role("button", name="Add a row").click()
    cell(page, "id", 4).fill("edsger")
    cell(page, "name", 4).fill("Edsger Dijkstra")
    dialog = review(page)
    for said in ("Created 1", "Updated 1", "Deleted 1", "Unchanged 1", "born: 1906 becomes 1907"):
        expect(dialog).to_contain_text(said)
    sent: list[dict[str, object]] = []
    page.on("response", lambda answer: sent.append({}) if answer.url.endswith("/webhook") else None)
    dialog.get_by_role("button", name="Send 3 changes").click()
    expect(page.get_by_text(re.compile(r"All is over: .*2 indexed"))).to_be_visible(timeout=INDEXED_MILLISECONDS)
    expect(page.get_by_text(re.compile(r"All is over: .*1 deleted"))).to_be_visible(timeout=INDEXED_MILLISECONDS)
    assert len(sent) == 3, "only what has changed is sent"
    library.listed(stand.api, folder, 3)
    found = records(stand, folder)
    assert set(found) == {"ada", "grace", "edsger"}
    assert found["grace"]["born"] == "1907"


def test_a_csv_is_imported_and_only_what_differs_is_sent(signed_in: SignedIn, stand: RunningStack, folder: str) -> None:
    page = filled(signed_in, folder)
    text = '\ufeffid;name;town\r\nada;Ada Lovelace;London\r\ngrace;Grace Hopper;\r\nkurt;"Gödel, Kurt";Wien\r\n'
    chosen = FilePayload(name="people.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("CSV file").set_input_files(chosen)
    expect(page.get_by_role("columnheader", name="town")).to_be_visible()
    dialog = review(page)
    for said in ("Created 1", "Updated 1", "Unchanged 2", "Deleted 0", "town: empty becomes London"):
        expect(dialog).to_contain_text(said)
    dialog.get_by_role("button", name="Back").click()
    send(page, "2 indexed")
    library.listed(stand.api, folder, 4)
    found = records(stand, folder)
    assert found["kurt"] == {"id": "kurt", "name": "Gödel, Kurt", "born": "", "town": "Wien"}
    assert found["alan"] == {"id": "alan", "name": "Alan Turing", "born": "1912"}
    page.get_by_label("CSV file").set_input_files(chosen)
    expect(page.get_by_role("button", name="Review", exact=True)).to_be_disabled()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,name\nada,Ada\n,Nobody\n", "Row 3, column id: The key is missing."),
        ("id,name\nada,Ada\nada,Again\n", "Row 3, column id: Row 2 has the same key."),
        (
            "id,name\nada,Ada,more\n",
            "Row 2, column number 3: The row is too long: it has 3 cells",
        ),
        ('id,name\nada,"Ada\n', "Row 2, column number 2: A quote is opened and never closed."),
    ],
)
def test_bad_input_is_named_by_row_and_column_and_nothing_is_sent(
    signed_in: SignedIn, folder: str, text: str, said: str
) -> None:
    page = opened(signed_in, folder)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/webhook") else None)
    page.get_by_label("CSV file").set_input_files(
        FilePayload(name="people.csv", mimeType="text/csv", buffer=text.encode())
    )
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_role("grid")).to_have_count(0)
    expect(page.get_by_role("button", name="Review", exact=True)).to_be_disabled()
    assert sent == []


def test_a_row_that_is_wrong_keeps_all_back_until_it_is_mended(signed_in: SignedIn, folder: str) -> None:
    page = opened(signed_in, folder)
    paste(page.get_by_role("textbox", name="Paste cells here"), PEOPLE)
    cell(page, "id", 3).fill("ada")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Row 3, column id: Row 1 has the same key.")
    expect(page.get_by_role("button", name="Review")).to_be_disabled()
    alert.get_by_role("button", name="Row 3, column id").click()
    expect(cell(page, "id", 3)).to_be_focused()
    page.keyboard.insert_text("alan")
    expect(alert).to_have_count(0)
    expect(page.get_by_role("button", name="Review 3 changes")).to_be_enabled()


def test_what_somebody_else_changes_comes_beside_what_is_typed(
    signed_in: SignedIn, stand: RunningStack, folder: str
) -> None:
    page = filled(signed_in, folder)
    library.listed(stand.api, folder, 3)
    [ada] = [each for each in in_folder(stand, folder) if each.title == "ada"]
    cell(page, "name", 1).fill("Ada, Countess of Lovelace")
    theirs = {"id": "ada", "name": "Ada King", "born": "10 December 1815"}
    stand.index(ada.doc_hash, json.dumps(theirs), content_type="application/json", title="ada", folder=folder)
    expect(cell(page, "born", 1)).to_have_value("10 December 1815")
    expect(cell(page, "name", 1)).to_have_value("Ada, Countess of Lovelace")
    expect(review(page)).to_contain_text("name: Ada King becomes Ada, Countess of Lovelace")
    page.get_by_role("button", name="Back").click()

    [grace] = [each for each in in_folder(stand, folder) if each.title == "grace"]
    stand.api.delete(grace.doc_hash)
    expect(page.get_by_text("2 records")).to_be_visible()
    assert "Grace Hopper" not in [box.input_value() for box in page.get_by_role("grid").get_by_role("textbox").all()]


def test_a_change_that_was_overtaken_is_not_sent_over_it(signed_in: SignedIn, stand: RunningStack, folder: str) -> None:
    page = filled(signed_in, folder)
    library.listed(stand.api, folder, 3)
    [ada] = [each for each in in_folder(stand, folder) if each.title == "ada"]
    cell(page, "name", 1).fill("Mine")
    dialog = review(page)
    # It is on its way when the review is sent.
    stand.submit(
        ada.doc_hash, json.dumps({"id": "ada", "name": "Theirs"}), content_type="application/json", title="ada"
    )
    dialog.get_by_role("button", name="Send 1 change").click()
    expect(page.get_by_text("All is over: 1 not sent.")).to_be_visible()
    expect(cell(page, "name", 1)).to_have_value("Mine")
    expect(review(page)).to_contain_text("name: Theirs becomes Mine")
    page.get_by_role("button", name="Send 1 change").click()
    expect(page.get_by_text("All is over: 1 indexed.")).to_be_visible(timeout=INDEXED_MILLISECONDS)


def test_all_of_it_is_done_by_keyboard(signed_in: SignedIn, folder: str) -> None:
    page = opened(signed_in, folder)
    page.get_by_role("button", name="Add a column").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("id")
    page.keyboard.press("Enter")
    expect(cell(page, "id", 1)).to_be_visible()
    page.get_by_role("button", name="Add a column").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("name")
    page.keyboard.press("Enter")
    expect(cell(page, "name", 1)).to_be_visible()
    cell(page, "id", 1).focus()
    page.keyboard.type("one")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "name", 1)).to_be_focused()
    page.keyboard.type("First")
    page.keyboard.press("Enter")
    expect(cell(page, "name", 2)).to_be_focused()
    page.keyboard.type("Second")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, "id", 2)).to_be_focused()
    page.keyboard.type("two")
    page.keyboard.press("ArrowUp")
    expect(cell(page, "id", 1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Delete row 1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell(page, "id", 1)).to_have_value("two")
    page.keyboard.press("Tab")
    expect(page.get_by_role("grid").locator(":focus")).to_have_count(0)


def test_unsent_records_ask_before_they_are_left(signed_in: SignedIn, folder: str) -> None:
    page = opened(signed_in, folder)
    paste(page.get_by_role("textbox", name="Paste cells here"), PEOPLE)
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Search").click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Stay").click()
    expect(cell(page, "id", 1)).to_have_value("ada")


def test_cells_are_text_and_other_documents_stay_as_they_are(
    signed_in: SignedIn, stand: RunningStack, folder: str, doc_hash: str
) -> None:
    stand.index(doc_hash, "A note, which is no record.", folder=folder)
    library.listed(stand.api, folder, 1)
    page = opened(signed_in, folder)
    expect(page.get_by_text("0 records; 1 other document of the folder, which stay as they are")).to_be_visible()
    paste(
        page.get_by_role("textbox", name="Paste cells here"),
        "id\tname\nx\t<img src=x onerror=document.title=1>\n",
    )
    dialog = review(page)
    expect(dialog).to_contain_text("Created 1")
    dialog.get_by_role("button", name="Send 1 change").click()
    expect(page.get_by_text("All is over: 1 indexed.")).to_be_visible(timeout=INDEXED_MILLISECONDS)
    expect(page).to_have_title("Records - Bloomweaver")
    assert stand.api.document(doc_hash).version == 1


def test_a_collection_is_chosen_by_its_folder(signed_in: SignedIn, folder: str) -> None:
    page = signed_in(Role.EDITOR, "/records")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("Name a folder, such as /people.")).to_be_visible()
    page.get_by_role("combobox", name="Folder of the collection").fill(folder)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=folder)).to_be_visible()
    expect(page.get_by_text("There are no records in this folder yet")).to_be_visible()


def test_a_viewer_is_offered_no_records(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/records")
    expect(page.get_by_text("Your role may not see this")).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Records")).to_have_count(0)
