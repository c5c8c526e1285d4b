"""Builds the dashboard once: a build is a folder named by the digest of what it is made of.

`python -m local.dashboard.build` prints that folder.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.config import REPOSITORY, StackConfig
from local.dashboard.node import Node, node
from local.errors import StackError
from local.processes import environment

FRONTEND = REPOSITORY / "frontend"
BUILDS = FRONTEND / "dist"
KEPT = 3
"""Builds: a stack that still runs may serve one that is not the newest."""
_MADE_OF = ("src", "public", "astro.config.ts", "package.json", "package-lock.json", "tsconfig.json", ".npmrc")


def build(log: Path) -> Path:
    """The folder with the built files, made if it is not there. Tools write to `log`. Raises `StackError`."""
    made = BUILDS / digest()
    if made.is_dir():
        return made
    BUILDS.mkdir(parents=True, exist_ok=True)
    with _alone(BUILDS / "lock"):
        if not made.is_dir():
            _build(made, log)
            _forget_old()
    return made


def digest() -> str:
    """Of all files that a build is made of, with their names."""
    whole = hashlib.sha256()
    for path in sorted(_sources()):
        whole.update(f"{path.relative_to(FRONTEND).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:16]


def install(tools: Node, log: Path, folder: Path = FRONTEND) -> None:
    """Install the packages of the lock file in `folder`, if they are not. Raises `StackError`."""
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    note = folder / "node_modules" / ".installed"
    if not note.exists() or note.read_text() != wanted:
        _run([*tools.npm, "ci", "--no-audit", "--no-fund"], tools, log, folder)
        note.write_text(wanted)


def _build(made: Path, log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    tools = node()
    install(tools, log)
    # Whole or not at all: it is moved once it is done.
    with tempfile.TemporaryDirectory(dir=BUILDS, prefix="building-") as directory:
        out = Path(directory) / "site"
        astro = FRONTEND / "node_modules" / "astro" / "bin" / "astro.mjs"
        _run([str(tools.program), str(astro), "build", "--outDir", str(out)], tools, log, FRONTEND)
        out.rename(made)
        os.utime(made)  # the newest are kept, whatever its tools set


def _run(command: list[str], tools: Node, log: Path, folder: Path) -> None:
    path = f"{tools.path}{os.pathsep}{os.environ.get('PATH', '')}"
    with log.open("ab") as output:
        result = subprocess.run(
            command,
            cwd=folder,
            env=environment({"PATH": path, "ASTRO_TELEMETRY_DISABLED": "1", "NO_COLOR": "1", "CI": "1"}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise StackError(f"`{' '.join(Path(part).name for part in command[:3])}` failed; the end of {log}:\n{tail}")


def _sources() -> Iterator[Path]:
    for name in _MADE_OF:
        path = FRONTEND / name
        if path.is_dir():
            yield from (file for file in path.rglob("*") if file.is_file())
        elif path.exists():
            yield path


def _forget_old() -> None:
    builds = sorted((path for path in BUILDS.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in builds[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other stack builds. The kernel lets go if this process dies."""
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    print(build(StackConfig().logs / "dashboard-build.log"))
