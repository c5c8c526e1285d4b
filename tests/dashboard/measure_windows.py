"""How soon a change in one window is in another: `python -m tests.dashboard.measure_windows`.

On a stack of its own. One person gives a document other titles on its page, another one looks at the list. Measured by
the clock that both pages have: from the key that saves to the row with the new title.
"""

from statistics import median, quantiles
from typing import Annotated

import typer
from playwright.sync_api import Page, expect

from benchmarks.figures import Figure
from bloomweaver.auth.roles import Role
from tests.dashboard.browser import sign_in, visitor
from tests.dashboard.library import INDEXED_SECONDS, listed
from tests.dashboard.measuring import finish, stand
from tests.e2e.waiting import wait_for

CHANGES = 20
WARM = 3
"""Changes before those that count: the first ones start functions."""
SECONDS = 1.0
DOC_HASH, FOLDER = "changed", "/windows"
_SAVED = """() => addEventListener("keydown", event => {
  if (event.key === "Enter") window.saved = performance.timeOrigin + performance.now();
}, { capture: true })"""
_SHOWN = """title => {
  window.shown = new Promise(done => {
    const look = () => {
      if (![...document.querySelectorAll("[role=row]")].some(row => row.textContent.includes(title))) return;
      observer.disconnect();
      done(performance.timeOrigin + performance.now());
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}"""


def main(changes: Annotated[int, typer.Option(min=2, help="Changes that count.")] = CHANGES) -> None:
    """Measure changes between two windows. Exits with 1 if a figure is not good enough."""
    with stand() as stood:
        body = {"operation": "CREATE", "doc_hash": DOC_HASH, "content_type": "text/plain", "content": "The lantern."}
        stood.api.submit({**body, "folder": FOLDER, "title": "Before"})
        wait_for(lambda: stood.api.document(DOC_HASH).status == "indexed", INDEXED_SECONDS, "it is indexed")
        listed(stood.api, FOLDER, 1)
        with visitor(stood.browser, stood.url) as editor, visitor(stood.browser, stood.url) as viewer:
            here, there = editor.new_page(), viewer.new_page()
            sign_in(here, Role.EDITOR, f"/documents/{DOC_HASH}")
            sign_in(there, Role.VIEWER, f"/documents?folder={FOLDER}")
            expect(there.get_by_role("row", name="Before")).to_be_visible()
            expect(there.get_by_text("Live", exact=True)).to_be_visible()
            here.evaluate(_SAVED)
            seconds = [_changed(here, there, f"Title {number}.") for number in range(WARM + changes)][WARM:]
    finish(
        [
            Figure("changes of a title, one at a time", "", changes),
            Figure("change in one window to the other, median", "s", median(seconds), SECONDS),
            Figure("change in one window to the other, p95", "s", quantiles(seconds, n=20, method="inclusive")[18]),
        ]
    )


def _changed(here: Page, there: Page, title: str) -> float:
    there.evaluate(_SHOWN, title)
    here.get_by_role("button", name="Edit title").click()
    here.get_by_role("textbox", name="Title").fill(title)
    here.keyboard.press("Enter")
    shown: float = there.evaluate("window.shown")
    saved: float = here.evaluate("window.saved")
    expect(here.get_by_role("heading", name=title)).to_be_visible()
    return (shown - saved) / 1000


if __name__ == "__main__":
    typer.run(main)
