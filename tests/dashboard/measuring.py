"""A stack of its own for what is measured, with its dashboard and a browser, and how the figures are told."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from playwright.sync_api import Browser
from rich.console import Console

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.running import open_api
from cli.client import Api
from cli.output import plain
from local import stack
from local.config import StackConfig
from local.stack import StackDescriptor
from tests.dashboard.browser import chromium

console = Console(highlight=False)


@dataclass(frozen=True)
class Stand:
    """A stack that answers, and what looks at its dashboard at `url`."""

    descriptor: StackDescriptor
    api: Api
    url: str
    browser: Browser


def say(line: str) -> None:
    """Say how far it is."""
    console.print(plain(line))


@contextmanager
def stand() -> Iterator[Stand]:
    """A stack with its dashboard, and Chromium; both end, and what the stack kept is removed."""
    with tempfile.TemporaryDirectory(prefix="dashboard-") as directory:
        config = StackConfig(Path(directory), aws_port=0, embedding_port=0, dashboard=True, dashboard_port=0)
        descriptor = stack.up(config, say)
        try:
            assert descriptor.dashboard_url is not None, "the dashboard could not be built"
            with open_api(descriptor) as api, chromium() as browser:
                yield Stand(descriptor, api, descriptor.dashboard_url, browser)
        finally:
            stack.down(config, say)


def finish(measured: Sequence[Figure]) -> None:
    """Print the figures. Exits with 1 if one is not good enough."""
    figures.print_table(console, measured)
    if any(figure.met is False for figure in measured):
        raise typer.Exit(1)
