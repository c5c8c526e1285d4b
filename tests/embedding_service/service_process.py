"""Runs the embedding service as a process of its own, as it runs in production."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 60.0


class ServiceProcess:
    """A started service and its log."""

    def __init__(self, **settings: object) -> None:
        """`settings` are those of `embedding_service.settings`. The port is a free one if none is given."""
        names = {"port": 0, "threads": 2} | settings
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("EMBEDDING_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "embedding_service"],
            cwd=REPOSITORY,
            env=inherited | {f"EMBEDDING_{name.upper()}": str(value) for name, value in names.items()},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.log: list[dict[str, Any]] = []
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for(self, message: str) -> dict[str, Any]:
        """The next log line with this message. Fails if the process ends or takes too long."""
        while (line := self._lines.get(timeout=START_SECONDS)) is not None:
            self.log.append(line)
            if line["message"] == message:
                return line
        raise AssertionError(f"the service ended before it logged {message!r}: {self.log}")

    def wait_for_end(self) -> int:
        """The exit code, once the process has ended."""
        code = self.process.wait(timeout=STOP_SECONDS)
        while (line := self._lines.get(timeout=STOP_SECONDS)) is not None:
            self.log.append(line)
        return code

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)


@contextmanager
def running_service(**settings: object) -> Iterator[tuple[ServiceProcess, str]]:
    """A service that is ready, and its base URL. Ended at the end if it still runs."""
    service = ServiceProcess(**settings)
    try:
        port = service.wait_for("listening")["port"]
        service.wait_for("ready")
        yield service, f"http://127.0.0.1:{port}"
    finally:
        service.process.terminate()
        try:
            service.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            service.process.kill()
            raise
