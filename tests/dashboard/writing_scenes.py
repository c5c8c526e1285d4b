"""What the pictures show of the editor and of records. Nothing has to be there before; it is the same each time."""

import json

from playwright.sync_api import FilePayload, Page, Route, expect

from tests.dashboard.writing import paste, text_box, write

PEOPLE = (
    "id\tname\ttown\tborn\n"
    "ada\tAda Lovelace\tLondon\t1815\n"
    "grace\tGrace Hopper\tNew York\t1906\n"
    "alan\tAlan Turing\tLondon\t1912\n"
    "emmy\tEmmy Noether\tErlangen\t1882\n"
)
GUIDE = """# Roses

Cut them in **March**, above an outward bud; see [the guide](https://example.org/roses).

| month | what |
|---|---|
| March | cut |
| June | water |

- [x] tools are in the shed
- [ ] the hose leaks

![a rose](https://example.org/rose.png)
"""
THEIRS = GUIDE.replace("**March**", "**February**").replace("the hose leaks", "the hose is mended")
_INDEXED_MILLISECONDS = 120_000


def saved(page: Page) -> None:
    """A text is saved, and indexed."""
    expect(text_box(page)).to_be_visible()
    write(page, "Draft.")
    write(page, GUIDE)
    if page.get_by_role("button", name="Save", exact=True).is_enabled():
        page.keyboard.press("Control+s")
        expect(page.get_by_role("status").filter(has_text="Saved as version")).to_contain_text(
            "Indexed", timeout=_INDEXED_MILLISECONDS
        )
    expect(page.get_by_role("region", name="Preview").get_by_role("heading", name="Roses")).to_be_visible()


def newer(page: Page) -> None:
    """Somebody else has saved a version, as the service says."""

    def told(route: Route) -> None:
        answer = route.fetch()
        document = answer.json()
        version = document["version"] + 1
        later = {"version": version, "served_version": version, "indexed_version": version, "content_sha256": "0" * 64}
        route.fulfill(response=answer, json=document | later | {"status": "indexed", "progress": None})

    def content(route: Route) -> None:
        answer = route.fetch()
        version = str(int(answer.headers["x-content-version"]) + 1)
        route.fulfill(response=answer, body=THEIRS, headers={**answer.headers, "x-content-version": version})

    expect(text_box(page)).to_be_visible()
    write(page, GUIDE + "\nMine alone.\n")
    page.route("**/api/documents/guides-garden-roses", told)
    page.route("**/api/documents/guides-garden-roses/content", content)
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Show the difference")).to_be_visible()
    # The next one is to find the document as it is.
    page.unroute_all()


def refused_save(page: Page) -> None:
    """A save met somebody else's version."""
    page.route("**/api/webhook", _overtaken)
    newer(page)


def difference(page: Page) -> None:
    """The difference to somebody else's version."""
    refused_save(page)
    page.get_by_role("button", name="Show the difference").click()
    expect(page.get_by_role("button", name="Take theirs here").first).to_be_visible()


def _overtaken(route: Route) -> None:
    route.fulfill(status=409, json={"status": 409, "detail": "expected_version: there is another version"})


def leaving(page: Page) -> None:
    """It is asked whether what is unsaved is to be left."""
    page.unroute_all()
    expect(text_box(page)).to_be_visible()
    write(page, "Not saved.")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Where to go").fill("search")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Leave without saving?")).to_be_visible()


def wrong_json(page: Page) -> None:
    """A new document whose JSON is not whole."""
    page.get_by_role("textbox", name="Title").fill("Stations")
    page.get_by_role("combobox", name="Type").select_option("JSON")
    write(page, '{\n  "station": "Harbour",\n  "open": true,\n}')
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()


def new_document(page: Page) -> None:
    """A new document that is being written."""
    page.get_by_role("textbox", name="Title").fill("Roses in the yard")
    write(page, GUIDE)
    expect(page.get_by_role("region", name="Preview").get_by_role("heading", name="Roses")).to_be_visible()


def html(page: Page) -> None:
    """The source of a hostile page."""
    expect(text_box(page)).to_contain_text("<script>")


def no_records(page: Page) -> None:
    """A collection that is begun."""
    expect(page.get_by_role("textbox", name="Paste cells here")).to_be_visible()


def pasted(page: Page, text: str = PEOPLE) -> None:
    """Rows that were pasted."""
    no_records(page)
    paste(page.get_by_role("textbox", name="Paste cells here"), text)
    expect(page.get_by_role("textbox", name="name, row 4", exact=True)).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()


def wrong_rows(page: Page) -> None:
    """Rows of which two are wrong."""
    pasted(page)
    page.get_by_role("textbox", name="id, row 2", exact=True).fill("ada")
    page.get_by_role("textbox", name="id, row 4", exact=True).fill("")
    expect(page.get_by_role("alert")).to_be_visible()


def refused_csv(page: Page) -> None:
    """A file that is broken."""
    no_records(page)
    text = 'id,name\nada,Ada\n,Nobody\nada,"Again\n'
    page.get_by_label("CSV file").set_input_files(
        FilePayload(name="people.csv", mimeType="text/csv", buffer=text.encode())
    )
    expect(page.get_by_role("alert")).to_be_visible()


def changed_rows(page: Page) -> None:
    """Rows that are indexed, and changes that are not sent yet."""
    expect(page.get_by_role("button", name="Add a column")).to_be_enabled()
    if page.get_by_role("textbox", name="Paste cells here").is_visible():
        pasted(page)
        page.get_by_role("button", name="Review 4 changes").click()
        page.get_by_role("button", name="Send 4 changes").click()
        expect(page.get_by_text("All is over: 4 indexed.")).to_be_visible(timeout=_INDEXED_MILLISECONDS)
    page.get_by_role("textbox", name="town, row 2", exact=True).fill("Arlington")
    page.get_by_role("button", name="Delete row 3").click()
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("textbox", name="id, row 5", exact=True).fill("kurt")
    page.get_by_role("textbox", name="name, row 5", exact=True).fill("Kurt Gödel")


def reviewed(page: Page) -> None:
    """What would be sent."""
    changed_rows(page)
    page.get_by_role("button", name="Review 3 changes").click()
    expect(page.get_by_role("dialog")).to_contain_text("Created 1")


def column(page: Page) -> None:
    """A column that has no name yet."""
    no_records(page)
    page.get_by_role("button", name="Add a column").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("The column has no name")


def collection_unreachable(page: Page) -> None:
    """The service does not say what is in the folder."""
    page.unroute_all()
    page.route("**/api/documents?*", lambda route: route.fulfill(status=500, body=json.dumps({})))
    page.reload()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute_all()
