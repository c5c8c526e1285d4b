"""What the pictures show of uploads. Each is made anew of texts that were never sent, so it is the same each time."""

import uuid

from playwright.sync_api import Page, Route, expect

from tests.dashboard.dropping import is_indexed, pick, row_of

MANY = 1_000


def empty(page: Page) -> None:
    """Nothing was dropped."""
    expect(page.get_by_text("Drop files or folders")).to_be_visible()


def one(page: Page) -> None:
    """One file, indexed."""
    empty(page)
    pick(page, {"Opening times.md": f"# Opening times\n\n{uuid.uuid4()}"})
    is_indexed(page, "Opening times.md")


def several(page: Page) -> None:
    """Each of what may become of a file."""
    empty(page)
    text = f"The keeper writes {uuid.uuid4()} into the book."
    same = {"Unchanged rules.md": "It stays as it is."}
    pick(page, same)
    expect(row_of(page, "Unchanged rules.md")).to_contain_text("version")
    is_over(page)
    files: dict[str, str | bytes] = {
        **same,
        "Handbook for visitors.md": text,
        "Copy of the handbook.md": text,
        "Annual figures.pdf": f"%PDF-1.7 {uuid.uuid4()}",
        "Floor plan.png": "no text",
        "Letter of 1998.docx": b"\xd0\xcf\x11\xe0",
        "Kitchen notes.txt": "Käse und Brot".encode("latin-1"),
        '<img src=x onerror="alert(1)"> a name that goes on for longer than anybody reads.txt': f"Odd. {uuid.uuid4()}",
    }
    pick(page, files)
    is_indexed(page, "Handbook for visitors.md")
    is_over(page)


def is_over(page: Page) -> None:
    """Nothing is under way."""
    expect(page.get_by_text("All is over")).to_be_visible(timeout=60_000)


def many(page: Page) -> None:
    """A thousand files, which wait to be sent."""
    empty(page)
    page.get_by_role("checkbox", name="Send at once").uncheck()
    pick(page, {f"Leaf {number:04}.txt": f"The text of leaf {number}, {uuid.uuid4()}." for number in range(MANY)})
    expect(page.get_by_text(f"0 of {MANY:,} files through")).to_be_visible()
    expect(row_of(page, "Leaf 0000.txt")).to_contain_text("To be sent", timeout=60_000)


def refused(page: Page) -> None:
    """The service takes nothing."""
    empty(page)
    problem = {"status": 403, "detail": "the role viewer may not write"}
    page.route("**/api/webhook", lambda route: route.fulfill(status=403, json=problem))
    pick(page, {"Opening times.md": f"{uuid.uuid4()}", "Rules.md": f"{uuid.uuid4()}"})
    expect(page.get_by_role("button", name="Retry 2")).to_be_visible()
    page.unroute_all()


def unreachable(page: Page) -> None:
    """Nobody answers."""
    empty(page)

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/api/webhook", cut)
    pick(page, {"Opening times.md": f"{uuid.uuid4()}"})
    expect(page.get_by_text("The service cannot be reached")).to_be_visible()
    page.unroute_all()


def pasted(page: Page) -> None:
    """A text is being pasted."""
    empty(page)
    page.get_by_role("button", name="Paste text").click()
    page.get_by_role("button", name="Add").click()
