"""What Lighthouse says of the dashboard's pages: `python -m tests.dashboard.measure_lighthouse [PAGE ...]`.

On a stack of its own, filled as for the tests, to an administrator who is signed in, on a desktop. A page is opened by
its address, as from a bookmark: with the way to the issuer and back, and nothing kept by the browser.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from playwright.sync_api import Browser

from benchmarks.errors import RunError
from benchmarks.figures import Figure
from bloomweaver.auth.roles import Role
from local.config import StackConfig
from local.dashboard.build import install
from local.dashboard.node import Node, node
from local.processes import environment
from tests.dashboard import library
from tests.dashboard.browser import ARGUMENTS, program, sign_in
from tests.dashboard.measuring import finish, say, stand
from tests.e2e.waiting import wait_for

TOOL = Path(__file__).parent / "lighthouse"
PAGES = {
    "documents": "/documents",
    "document": "/documents/handbook-keys",
    "editor": "/documents/handbook-keys/edit",
    "records": "/records",
    "upload": "/upload",
    "search": "/search?q=who+asks+at+the+desk",
    "ask": "/ask",
    "overview": "/overview",
    "runs": "/runs",
    "run": "/runs/create-handbook-keys-1",
    "operations": "/operations",
    "performance": "/performance",
    "audit": "/audit",
}
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 95}
SECONDS = 120
_PORT_FILE = "DevToolsActivePort"
"""Where Chromium writes which port it has taken."""


def main(
    pages: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(PAGES)}. All without any.")] = None,
    runs: Annotated[
        int, typer.Option(min=1, help="How often each page is looked at; the median of a score counts.")
    ] = 1,
) -> None:
    """Look at pages with Lighthouse. Exits with 1 if a score is too low, or it could not be done."""
    unknown = set(pages or ()) - set(PAGES)
    if unknown:
        raise typer.BadParameter(f"there is no page {', '.join(sorted(unknown))}")
    measured: list[Figure] = []
    try:
        tools = node()
        log = StackConfig().logs / "lighthouse-packages.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        install(tools, log, TOOL)
        with stand() as stood:
            library.fill(stood.api)
            with _signed_in(stood.browser, stood.url) as port:
                for name in pages or PAGES:
                    reports = [_report(tools, stood.url + PAGES[name], port) for _ in range(runs)]
                    measured += _scores(name, reports)
    except RunError as error:
        say(f"It could not go on: {error}")
        raise typer.Exit(1) from error
    finish(measured)


@contextmanager
def _signed_in(browser: Browser, url: str) -> Iterator[int]:
    """The port of a browser of its own, in which somebody is signed in: Lighthouse opens its pages beside theirs."""
    with tempfile.TemporaryDirectory(prefix="profile-") as profile:
        context = browser.browser_type.launch_persistent_context(
            profile, executable_path=program(), args=[*ARGUMENTS, "--remote-debugging-port=0"], base_url=url
        )
        try:
            page = context.pages[0]
            sign_in(page, Role.ADMIN)
            page.goto("about:blank")
            told = Path(profile, _PORT_FILE)
            wait_for(lambda: told.exists() and told.read_text(), SECONDS, "the browser has told its port")
            yield int(told.read_text().split()[0])
        finally:
            context.close()


def _report(tools: Node, url: str, port: int) -> dict[str, Any]:
    """What Lighthouse says of a page. Raises `RunError`."""
    command = [
        *(str(tools.program), str(TOOL / "node_modules" / "lighthouse" / "cli" / "index.js"), url),
        *(f"--port={port}", "--preset=desktop", f"--only-categories={','.join(LEAST)}"),
        *("--output=json", "--output-path=stdout", "--quiet", "--no-enable-error-reporting"),
    ]
    ended = subprocess.run(command, env=environment({}), capture_output=True, text=True, timeout=SECONDS, check=False)
    if ended.returncode:
        raise RunError(f"Lighthouse ended with {ended.returncode}: {ended.stderr.strip()[-500:]}")
    report: dict[str, Any] = json.loads(ended.stdout)
    if "runtimeError" in report:
        raise RunError(f"Lighthouse could not look at {url}: {report['runtimeError']['message']}")
    # Who is not signed in sees a page of nothing but a button, under the same address.
    requests = report["audits"]["network-requests"]["details"]["items"]
    if not any("/api/" in each["url"] and each["statusCode"] == 200 for each in requests):
        raise RunError(f"{url} was not shown to somebody who is signed in")
    return report


def _scores(name: str, reports: list[dict[str, Any]]) -> list[Figure]:
    """The scores of a page. What is not as it should be in the first report is said."""
    categories = reports[0]["categories"]
    for category in LEAST:
        for reference in categories[category]["auditRefs"]:
            audit = reports[0]["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                say(f"{name}, {category}: {audit['title']} {audit.get('displayValue', '')}".rstrip())
    return [
        Figure(
            f"{name}, {category}",
            "",
            median(100 * each["categories"][category]["score"] for each in reports),
            least,
            True,
        )
        for category, least in LEAST.items()
    ]


if __name__ == "__main__":
    typer.run(main)
