"""Chromium over the dashboard of a running stack, with people who sign in."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bloomweaver.auth.roles import Role

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Chromium's sandbox does not run as root.
ARGUMENTS = ["--no-sandbox"] if os.geteuid() == 0 else []
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}
SECONDS = 20
"""The most that something on the page may take, on a busy machine."""

expect.set_options(timeout=SECONDS * 1000)


def program() -> str | None:
    """The browser of this machine, if it has one."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed at the end. Raises `RuntimeError` if the machine has none."""
    found = program()
    if found is None:
        raise RuntimeError(f"none of {', '.join(PROGRAMS)} is on this machine; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Browser, url: str, **options: Any) -> BrowserContext:
    """Somebody with cookies of their own."""
    context = browser.new_context(base_url=url, **{"viewport": WIDE, **options})
    context.set_default_timeout(SECONDS * 1000)
    return context


def sign_in(page: Page, role: Role, path: str = "/") -> None:
    """Open `path` as somebody who is not signed in, and sign in with this role."""
    page.goto(path)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=role.value.capitalize()).click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
