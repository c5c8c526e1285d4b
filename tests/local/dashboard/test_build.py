"""What a build of the dashboard is keyed by, and what comes of one that fails."""

import json
import stat
import sys
from pathlib import Path

import pytest

from local import stack
from local.config import StackConfig
from local.dashboard import build, node
from local.dashboard.node import Node
from local.errors import StackError


@pytest.fixture
def frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small one, whose build copies its sources. Its packages are as they are to be."""
    folder = tmp_path / "frontend"
    astro = folder / "node_modules" / "astro" / "bin"
    astro.mkdir(parents=True)
    # In the place of Node there is Python, which takes the file whatever its name is.
    (astro / "astro.mjs").write_text(
        "import pathlib, shutil, sys\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--outDir') + 1])\n"
        "shutil.copytree('src', out)\n"
        "print('built')\n"
        "sys.exit((out / 'broken').exists())\n"
    )
    (folder / "src").mkdir()
    (folder / "src" / "index.html").write_text("one")
    (folder / "package-lock.json").write_text("{}")
    (folder / "package.json").write_text(json.dumps({"engines": {"node": ">=22.12.0"}}))
    monkeypatch.setattr(build, "FRONTEND", folder)
    monkeypatch.setattr(build, "BUILDS", folder / "dist")
    monkeypatch.setattr(build, "node", lambda: Node(Path(sys.executable), ("false",)))
    monkeypatch.setattr(build, "install", lambda tools, log: None)
    return folder


def test_the_same_sources_are_built_once(frontend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build.build(tmp_path / "log")
    assert (made / "index.html").read_text() == "one"
    monkeypatch.setattr(build, "node", lambda: pytest.fail("it was built again"))
    assert build.build(tmp_path / "log") == made


@pytest.mark.parametrize("changed", ["src/index.html", "src/new.ts", "package-lock.json", "public/icon.svg"])
def test_other_sources_are_another_build(frontend: Path, changed: str) -> None:
    before = build.digest()
    (frontend / changed).parent.mkdir(exist_ok=True)
    (frontend / changed).write_text("two")
    assert build.digest() != before


def test_what_a_build_leaves_behind_changes_nothing(frontend: Path, tmp_path: Path) -> None:
    before = build.digest()
    build.build(tmp_path / "log")
    assert build.digest() == before


def test_a_build_that_fails_is_told_with_its_log_and_is_not_kept(frontend: Path, tmp_path: Path) -> None:
    (frontend / "src" / "broken").write_text("")
    with pytest.raises(StackError, match="built"):
        build.build(tmp_path / "log")
    assert [path.name for path in (frontend / "dist").iterdir()] == ["lock"]


def test_few_builds_are_kept(frontend: Path, tmp_path: Path) -> None:
    for number in range(build.KEPT + 2):
        (frontend / "src" / "index.html").write_text(str(number))
        newest = build.build(tmp_path / "log")
    kept = [path for path in (frontend / "dist").iterdir() if path.is_dir()]
    assert len(kept) == build.KEPT
    assert newest in kept


def test_a_stack_goes_on_without_a_dashboard(frontend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (frontend / "src" / "broken").write_text("")
    said: list[str] = []
    config = StackConfig(tmp_path / "stack", dashboard=True)
    assert stack._start_dashboard(config, 1, "http://127.0.0.1:1", said.append) is None
    assert "there is no dashboard" in said[-1]


def _program(path: Path, says: str) -> None:
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("says", "taken"),
    [
        ("echo v24.1.0", True),
        ("echo v22.12.0", True),
        ("echo v22.11.9", False),
        ("exit 1", False),
        ("echo none", False),
    ],
)
def test_the_machines_node_is_taken_if_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, taken: bool
) -> None:
    _program(tmp_path / "node", says)
    _program(tmp_path / "npm", "true")
    monkeypatch.setenv("PATH", str(tmp_path))
    other = Node(Path("/other/node"), ("npm",))
    monkeypatch.setattr(node, "_of_environment", lambda: other)
    assert (node.node() != other) is taken


@pytest.mark.heavy
def test_a_machine_without_node_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Node(Path("/made/node"), ("npm",))
    found = iter([None, made])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "_of_environment", lambda: next(found))
    requirements = tmp_path / "node.txt"
    requirements.write_text("")
    monkeypatch.setattr(node, "REQUIREMENTS", requirements)
    assert node.node() == made
