"""The dashboard's server, in a process of its own: `python -m local.dashboard FOLDER API_URL PORT ISSUER_DIRECTORY`."""

import sys
from pathlib import Path

import uvicorn

from local.dashboard.app import create_app
from local.issuer import issuer
from local.ports import LOOPBACK


def main(folder: str, api_url: str, port: str, issuer_directory: str) -> None:
    """Serve until a signal ends it."""
    app = create_app(Path(folder), api_url, issuer(Path(issuer_directory)))
    # A page that is open holds connections, and must not hold up the end.
    uvicorn.run(app, host=LOOPBACK, port=int(port), log_level="warning", timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
