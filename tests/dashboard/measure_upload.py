"""How soon a dropped file is indexed, as its row says: `python -m tests.dashboard.measure_upload`.

On a stack of its own. Small files are dropped one at a time in Chromium. Measured in the page: from the drop to the row
that says `Indexed`.
"""

import tempfile
import uuid
from pathlib import Path
from statistics import median

import typer
from playwright.sync_api import Page, expect

from benchmarks.figures import Figure
from bloomweaver.auth.roles import Role
from tests.dashboard.browser import sign_in, visitor
from tests.dashboard.dropping import drop, written
from tests.dashboard.measuring import finish, stand

FILES = 20
WARM = 3
"""Files before those that count: the first ones start functions."""
MEDIAN_SECONDS = 2.0
_WATCH = """name => {
  window.indexed = new Promise(done => {
    let dropped = null;
    addEventListener("drop", () => { dropped = performance.now() }, { once: true, capture: true });
    const observer = new MutationObserver(() => {
      const row = [...document.querySelectorAll("[role=row]")].find(each => each.textContent.includes(name));
      if (dropped === null || !row?.textContent.includes("Indexed")) return;
      observer.disconnect();
      done((performance.now() - dropped) / 1000);
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}"""


def main() -> None:
    """Measure, and print the figures. Exits with 1 if one is not good enough."""
    with (
        stand() as stood,
        tempfile.TemporaryDirectory(prefix="upload-") as directory,
        visitor(stood.browser, stood.url) as context,
    ):
        page = context.new_page()
        sign_in(page, Role.EDITOR, "/upload")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        seconds = [_dropped(page, Path(directory)) for _ in range(WARM + FILES)][WARM:]
    finish(
        [
            Figure("files dropped, one at a time", "", FILES),
            Figure("file dropped to its row indexed, median", "s", median(seconds), MEDIAN_SECONDS),
            Figure("file dropped to its row indexed, longest", "s", max(seconds)),
        ]
    )


def _dropped(page: Page, folder: Path) -> float:
    name = f"{uuid.uuid4()}.md"
    written(folder, {name: f"# Lanterns\n\nThe keeper of {name} trims the wicks at dusk.\n"})
    page.evaluate(_WATCH, name)
    drop(page, [folder / name])
    seconds: float = page.evaluate("window.indexed")
    return seconds


if __name__ == "__main__":
    typer.run(main)
