"""The list of documents: live, long, by keyboard, several at once."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Route, WebSocketRoute, expect

from bloomweaver.auth.roles import Role
from tests.dashboard import library
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RunningStack

MANY = 100_000
SCROLLED = 10_000
ROWS_MAX = 120


def send(stand: RunningStack, doc_hash: str, folder: str, **fields: object) -> None:
    stand.submit(doc_hash, f"The keeper of {doc_hash}.", title=doc_hash, folder=folder, **fields)


def test_a_folder_shows_what_is_in_it_and_a_status_what_is_so(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents?order=title")
    page.get_by_role("button", name="Folders in guides").click()
    page.get_by_role("link", name="harbour").click()
    expect(page.get_by_role("row")).to_have_count(6)
    expect(page.get_by_role("row", name="Tide tables")).to_be_visible()
    page.get_by_role("link", name="All documents").first.click()
    page.get_by_label("Status").select_option("Failed")
    expect(page.get_by_role("row", name=re.compile("Annual figures.*do not agree"))).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Status")).to_have_value("")
    expect(page.get_by_role("row", name="Annual report")).to_be_visible()


def test_rows_follow_live_and_new_ones_announce_themselves(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    folder = f"/tests/{indexed}"
    page = signed_in(Role.VIEWER, f"/documents?folder={folder}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name=f"Title of {indexed}")).to_be_visible()

    send(stand, f"{indexed}-new", folder)
    announced = page.get_by_role("button", name="1 newer document")
    expect(announced).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    library.listed(stand.api, folder, 2)
    announced.click()
    expect(page.get_by_role("row", name=re.compile(f"{indexed}-new.*Indexed"))).to_be_visible()

    stand.api.edit(indexed, {"title": "Another title"})
    expect(page.get_by_role("row", name=re.compile("Another title.*Indexed.*2"))).to_be_visible()
    stand.api.delete(indexed)
    expect(page.get_by_role("row", name="Another title")).to_have_count(0)


def test_several_are_moved_and_deleted_together(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    folder, other = f"/tests/{indexed}", f"/tests/{indexed}-moved"
    send(stand, f"{indexed}-2", folder)
    library.listed(stand.api, folder, 2)
    page = signed_in(Role.EDITOR, f"/documents?folder={folder}")
    page.get_by_role("checkbox", name="Select all that are loaded").check()
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("combobox", name="To the folder").fill(other)
    page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text(f"2 documents moved to {other}")).to_be_visible()
    expect(page.get_by_text("This folder is empty")).to_be_visible()
    library.listed(stand.api, other, 2)

    page.goto(f"/documents?folder={other}")
    page.get_by_role("checkbox", name="Select all that are loaded").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("2 documents deleted")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert stand.api.document(indexed).served_version == 0


def test_an_entry_of_metadata_is_set_replaced_and_removed_on_several(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    other, folder = f"{indexed}-2", f"/tests/{indexed}"
    stand.index(other, f"The keeper of {other}.", title=other, folder=folder, metadata={"rank": "mate"})
    library.listed(stand.api, folder, 2)
    page = signed_in(Role.EDITOR, f"/documents?folder={folder}")
    dialog = page.get_by_role("dialog", name="Edit metadata of 2 documents")

    def edit(what: str, name: str, button: str) -> None:
        box = page.get_by_role("checkbox", name="Select all that are loaded")
        expect(box).not_to_be_checked()
        box.check()
        page.get_by_role("button", name="Edit metadata").click()
        dialog.get_by_label("What to do").select_option(what)
        dialog.get_by_role("textbox", name="Name").fill(name)
        if value := {"Set an entry on all": "yes", "Replace an entry where it is": "first mate"}.get(what):
            dialog.get_by_label("Kind").select_option("yes or no" if value == "yes" else "text")
            dialog.get_by_role("textbox", name="Value").fill(value)
        dialog.get_by_role("button", name=button, exact=True).click()
        expect(dialog).to_be_hidden()

    def is_shown(title: str, version: int) -> None:
        expect(page.get_by_role("row", name=re.compile(f"{title}.*Indexed {version} "))).to_be_visible()

    edit("Set an entry on all", "signed", "Set")
    expect(page.get_by_text("Metadata of 2 documents changed")).to_be_visible()
    is_shown(f"Title of {indexed}", 2)
    is_shown(other, 2)
    edit("Replace an entry where it is", "rank", "Replace")
    expect(page.get_by_text("Metadata of 1 document changed")).to_be_visible()
    expect(page.get_by_text("1 document left unchanged")).to_be_visible()
    is_shown(other, 3)
    edit("Remove an entry", "keeper", "Remove")
    is_shown(f"Title of {indexed}", 3)
    assert stand.api.document(indexed).metadata == {"signed": True, "year": 2024}
    assert stand.api.document(other).metadata == {"signed": True, "rank": "first mate"}


def test_metadata_that_cannot_be_changed_names_the_document(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    page = signed_in(Role.EDITOR, f"/documents?folder=/tests/{indexed}")
    page.get_by_role("checkbox", name=f"Select Title of {indexed}").check()
    page.get_by_role("button", name="Edit metadata").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("$or")
    dialog.get_by_role("button", name="Set", exact=True).click()
    expect(dialog).to_contain_text("A name does not begin with $.")
    dialog.get_by_role("textbox", name="Name").fill("year")
    dialog.get_by_label("Kind").select_option("number")
    dialog.get_by_role("textbox", name="Value").fill("soon")
    expect(dialog).to_contain_text("This is no number.")
    dialog.get_by_role("textbox", name="Value").fill("1999")
    page.route(
        "**/api/documents/*", lambda route: route.fulfill(status=409, json={"detail": "version 9 is the latest"})
    )
    dialog.get_by_role("button", name="Set", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text(re.compile(f"Title of {indexed}.*version 9 is the latest"))
    assert stand.api.document(indexed).metadata["year"] == 2024


def test_one_that_cannot_be_changed_is_named_and_the_others_are_done(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    folder = f"/tests/{indexed}"
    send(stand, f"{indexed}-2", folder)
    library.listed(stand.api, folder, 2)
    page = signed_in(Role.EDITOR, f"/documents?folder={folder}")
    page.get_by_role("checkbox", name="Select all that are loaded").check()
    page.get_by_role("button", name="Delete", exact=True).click()

    def refuse(route: Route) -> None:
        if f'"{indexed}"' in (route.request.post_data or ""):
            route.fulfill(status=409, json={"detail": "version 9 is the latest", "status": 409})
        else:
            route.continue_()

    page.route("**/api/webhook", refuse)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text(f"Title of {indexed}")
    expect(dialog.get_by_role("alert")).to_contain_text("version 9 is the latest")
    expect(page.get_by_text("1 document deleted")).to_be_visible()
    page.unroute_all()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_be_hidden()


def test_what_failed_is_sent_again(signed_in: SignedIn, stand: RunningStack) -> None:
    before = stand.api.document(library.FAILING).version
    page = signed_in(Role.EDITOR, "/documents?status=failed&folder=%2Fpress")
    page.get_by_role("checkbox", name="Select Annual figures").check()
    page.get_by_role("button", name="Retry 1").click()
    expect(page.get_by_text("1 document sent again")).to_be_visible()
    assert stand.api.document(library.FAILING).version == before + 1
    expect(page.get_by_role("row", name=re.compile(f"Annual figures.*Failed.*{before + 1}"))).to_be_visible()


def test_the_list_is_walked_by_keyboard(signed_in: SignedIn) -> None:
    page = signed_in(Role.EDITOR, "/documents?folder=%2Fhandbook&order=title&below=no")
    expect(page.get_by_role("row")).to_have_count(7)
    page.get_by_role("row").nth(1).focus()
    for key in ("ArrowDown", "ArrowDown", "Space", "End", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_text("2 documents selected")).to_be_visible()
    expect(page.get_by_role("row", name="Visitors")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Fire drill", level=1)).to_be_visible()


def test_the_palette_leads_everywhere_by_keyboard(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Where to go").fill("tide tables")
    expect(page.get_by_role("option", name='Search for "tide tables"')).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("row", name="Tide tables")).to_be_visible()


def test_a_connection_that_is_cut_is_told_and_changes_come_all_the_same(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    page = signed_in(Role.VIEWER)
    open_sockets: list[WebSocketRoute] = []
    cut = False

    def through(socket: WebSocketRoute) -> None:
        if cut:
            socket.close()
        else:
            socket.connect_to_server()
            open_sockets.append(socket)

    page.route_web_socket(re.compile(".*ticket=.*"), through)
    page.goto(f"/documents?folder=/tests/{indexed}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    cut = True
    open_sockets[-1].close()
    expect(page.get_by_text("Every 5 s")).to_be_visible()
    stand.api.edit(indexed, {"title": "Changed meanwhile"})
    expect(page.get_by_role("row", name="Changed meanwhile")).to_be_visible()
    cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_an_api_that_is_down_is_told_and_asked_again(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents/handbook-keys")
    page.route("**/api/documents?*", lambda route: route.fulfill(status=500, json={"detail": "it fell over"}))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Documents").click()
    expect(page.get_by_role("alert")).to_contain_text("it fell over")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()


def test_a_hundred_thousand_documents_scroll(signed_in: SignedIn) -> None:
    """The server's pages are made up: what is asked is whether the page bears them."""
    page = signed_in(Role.VIEWER)
    page.route("**/api/documents?*", _made_up)
    page.goto("/documents?order=title")
    expect(page.get_by_role("row", name="Document 000003")).to_be_visible()
    grid = page.get_by_role("grid")
    while int(re.sub(r"\D", "", page.get_by_text(re.compile("^The first")).inner_text())) < SCROLLED:
        grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
        assert page.get_by_role("row").count() <= ROWS_MAX
    grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2 }")
    page.get_by_role("link", name=re.compile("^Document 00")).nth(15).click()
    page.go_back()
    expect(page.get_by_text(re.compile("^The first"))).to_be_visible()
    assert grid.evaluate("grid => grid.scrollTop") > 0, "who comes back is where they were"


def _made_up(route: Route) -> None:
    query = parse_qs(urlsplit(route.request.url).query)
    start, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
    documents = [
        {
            "doc_hash": f"many-{number}",
            "title": f"Document {number:06}",
            "folder": "/many",
            "status": "indexed",
            "operation": "CREATE",
            "version": 1,
            "indexed_version": 1,
            "error": None,
            "updated_at": "2026-01-15T03:54:03.595571+00:00",
        }
        for number in range(start, start + limit)
    ]
    after = start + limit
    route.fulfill(json={"documents": documents, "next_cursor": str(after) if after < MANY else None})


@pytest.mark.parametrize(
    "path", ["/documents?folder=javascript:alert(1)", "/documents?title=%3Cscript%3Ex", "/documents/../x"]
)
def test_an_address_that_somebody_made_up_runs_nothing(signed_in: SignedIn, path: str) -> None:
    page = signed_in(Role.VIEWER, path)
    expect(page.get_by_role("main")).to_be_visible()
