"""Where containers cannot run, the command says why, with an exit code of its own."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.containers import __main__ as command
from local.containers import engine


@pytest.fixture(autouse=True)
def without_docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Linux machine on which no Docker answers; the command's own signal handler is taken away again."""
    monkeypatch.setattr(command, "running_daemon", lambda: None)
    monkeypatch.setattr(sys, "argv", ["local.containers"])
    monkeypatch.setattr(sys, "platform", "linux")
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_without_root(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert command.main() == 69
    assert "sam local cannot run here: no Docker answers, and a daemon of our own needs root" in capsys.readouterr().out


def test_without_dockerd_and_apt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(command.namespaces, "check_permitted", lambda: None)
    monkeypatch.setattr(engine.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(command, "CACHE", tmp_path)
    assert command.main() == 69
    assert "there is no apt-get to fetch it" in capsys.readouterr().out
