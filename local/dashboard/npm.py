"""npm of the Node that the dashboard is built with: `python -m local.dashboard.npm run test`."""

import os
import subprocess
import sys

from local.config import StackConfig
from local.dashboard.build import FRONTEND, install
from local.dashboard.node import node
from local.processes import environment


def main(arguments: list[str]) -> int:
    """Install the packages, if they are not, and run npm. Returns its exit code. Raises `StackError`."""
    tools = node()
    log = StackConfig().logs / "dashboard-packages.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    install(tools, log)
    path = f"{tools.path}{os.pathsep}{os.environ.get('PATH', '')}"
    env = environment({"PATH": path, "ASTRO_TELEMETRY_DISABLED": "1"})
    return subprocess.run([*tools.npm, *arguments], cwd=FRONTEND, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
