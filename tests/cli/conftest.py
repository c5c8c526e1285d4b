"""What the tests of the command share: the API to talk to, and a way to run a command."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli import output, runs, waiting
from cli.commands import dead_letters, smoke
from cli.live import following
from cli.main import app
from cli.syncing import keeping
from tests.cli.fake_api import FakeApi, serve


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """What it printed on stdout, which has to be JSON and nothing else."""
        return json.loads(self.stdout)


Command = Callable[..., Run]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands ask again at once: what they ask here answers as soon."""
    for module, name in (
        (following, "ASK_SECONDS"),
        (runs, "FIRST_PAUSE_SECONDS"),
        (waiting, "FIRST_PAUSE_SECONDS"),
        (dead_letters, "FIRST_PAUSE_SECONDS"),
        (smoke, "SEARCH_PAUSE_SECONDS"),
        (keeping, "LIST_PAUSE_SECONDS"),
    ):
        monkeypatch.setattr(module, name, 0.01)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with serve() as running:
        yield running


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `bloomweaver` with arguments. No variable of the environment names an API."""
    monkeypatch.delenv("BLOOMWEAVER_API_URL", raising=False)
    monkeypatch.delenv("BLOOMWEAVER_TOKEN", raising=False)
    monkeypatch.delenv("PINECONE_API_KEY", raising=False)
    # A console keeps the width of the environment that it was made in.
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(output, "results", Console(soft_wrap=False, highlight=False))
    monkeypatch.setenv("COLUMNS", "240")

    def run(*arguments: object) -> Run:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        # SystemExit is how a command ends; anything else would be a traceback for the user.
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Run(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def on_api(command: Command, api: FakeApi) -> Command:
    """Runs `bloomweaver` with arguments against the API."""
    return lambda *arguments: command(*arguments, "--api-url", api.url)
