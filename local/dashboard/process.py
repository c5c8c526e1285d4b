"""Starts the dashboard's server."""

import sys
from pathlib import Path

from local.config import REPOSITORY, StackConfig
from local.ports import LOOPBACK
from local.processes import StartedProcess, environment, start
from local.waiting import wait_for_http

READY_SECONDS = 30.0


def url(port: int) -> str:
    """The dashboard's address."""
    return f"http://{LOOPBACK}:{port}"


def start_dashboard(config: StackConfig, port: int, folder: Path, api_url: str) -> StartedProcess:
    """Serve the built files in `folder`, in front of the API at `api_url`. Raises `StackError`."""
    process = start(
        "the dashboard",
        [sys.executable, "-m", "local.dashboard", str(folder), api_url, str(port), str(config.issuer)],
        environment({}),
        config.logs / "dashboard.log",
        REPOSITORY,
        config.running,
    )
    wait_for_http(f"{url(port)}/config.json", process, READY_SECONDS)
    return process
