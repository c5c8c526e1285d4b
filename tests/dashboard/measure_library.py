"""How the list bears many documents: `python -m tests.dashboard.measure_library`.

On a stack of its own, whose tables are filled as the pipeline leaves them. From an address that is opened, its sign-in
included, to the first rows; then 10,000 rows are scrolled through, a screen a frame, as soon as they are loaded. Memory
is that of the page's script after garbage was collected.
"""

from typing import Annotated

import typer
from playwright.sync_api import CDPSession, Page, expect

from benchmarks.figures import Figure
from benchmarks.listed_documents import FOLDERS, PER_FOLDER, Tables, numbered
from bloomweaver.auth.roles import Role
from tests.dashboard.browser import sign_in, visitor
from tests.dashboard.measuring import Stand, finish, say, stand

MANY, SCROLLED = FOLDERS * PER_FOLDER, 10_000
OPENED = 5
FIRST_ROWS_SECONDS = 1.0
ROWS_MAX = 120
GROWN_MIB_MAX = 30.0
SCROLL_MILLISECONDS = 300_000
_PATH = "/documents?order=title"
_COLLECTIONS = 3
"""What a collection finalizes the next one takes."""
_ROWS = """() => {
  const note = () => {
    if (!document.querySelector("[role=grid] [data-index]")) return false;
    window.firstRows ??= performance.timeOrigin + performance.now();
    return true;
  };
  const observer = new MutationObserver(() => note() && observer.disconnect());
  observer.observe(document, { subtree: true, childList: true });
}"""
_SCROLL = """async rows => {
  const grid = document.querySelector("[role=grid]");
  let most = 0, reached = 0;
  while (reached < rows) {
    await new Promise(requestAnimationFrame);
    const shown = [...grid.querySelectorAll("[data-index]")];
    most = Math.max(most, document.querySelectorAll("[role=row]").length);
    reached = Math.max(reached, ...shown.map(row => Number(row.dataset.index) + 1));
    grid.scrollTop += grid.clientHeight;
  }
  window.scrolled = { most, reached };
}"""


def main(
    many: Annotated[int, typer.Option(min=200, help="Documents in the library.")] = MANY,
    scrolled: Annotated[int, typer.Option(min=100, help="Rows that are scrolled through.")] = SCROLLED,
) -> None:
    """Measure the list of documents in a browser. Exits with 1 if a figure is not good enough."""
    with stand() as stood:
        say(f"putting {many} documents into the tables")
        tables = Tables(stood.descriptor)
        tables.stop_following()
        tables.put([numbered(number) for number in range(many)])
        finish(_measured(stood, many, min(scrolled, many)))


def _measured(stood: Stand, many: int, scrolled: int) -> list[Figure]:
    with visitor(stood.browser, stood.url) as context:
        context.add_init_script(f"({_ROWS})()")
        page = context.new_page()
        sign_in(page, Role.VIEWER, "/nowhere")
        seconds = sorted(_opened(page) for _ in range(OPENED))
        session = context.new_cdp_session(page)
        before = _memory(session)
        page.set_default_timeout(SCROLL_MILLISECONDS)
        page.evaluate(_SCROLL, scrolled)
        most, reached = page.evaluate("[window.scrolled.most, window.scrolled.reached]")
        after = _memory(session)
    return [
        Figure("documents in the library", "", many),
        Figure(f"address opened to first rows, median of {OPENED}", "s", seconds[OPENED // 2], FIRST_ROWS_SECONDS),
        Figure("address opened to first rows, longest", "s", seconds[-1]),
        Figure("rows scrolled through", "", reached),
        Figure("rows in the page meanwhile, at most", "", most, ROWS_MAX),
        Figure("memory with the first rows", "MiB", before),
        Figure(f"memory more, after {reached} rows", "MiB", after - before, GROWN_MIB_MAX),
    ]


def _opened(page: Page) -> float:
    """Seconds from the beginning of a visit to the first rows. What is open before is nothing of the dashboard's."""
    page.goto("about:blank")
    began: float = page.evaluate("performance.timeOrigin + performance.now()")
    page.goto(_PATH, wait_until="commit")
    expect(page.get_by_role("grid", name="Documents").locator("[data-index]").first).to_be_visible()
    rows: float = page.evaluate("window.firstRows")
    return (rows - began) / 1000


def _memory(session: CDPSession) -> float:
    """What the page's script holds, in MiB, once nothing is left to be collected."""
    for _ in range(_COLLECTIONS):
        session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return used / 2**20


if __name__ == "__main__":
    typer.run(main)
