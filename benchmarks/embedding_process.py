"""The embedding service as a process of its own, on a free port, for as long as a measurement takes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.errors import RunError

REPOSITORY = Path(__file__).resolve().parents[1]
STOP_SECONDS = 60.0


@dataclass(frozen=True)
class EmbeddingProcess:
    """A service that is ready."""

    url: str
    pid: int


@contextmanager
def embedding_process(**settings: object) -> Iterator[EmbeddingProcess]:
    """Starts the service with these settings (the names of `embedding_service.settings`) and ends it.

    Raises `RunError` if it does not become ready.
    """
    environment = os.environ | {f"EMBEDDING_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "embedding_service"],
        cwd=REPOSITORY,
        env=environment | {"EMBEDDING_PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        port = _wait_for(process.stdout, "listening")
        _wait_for(process.stdout, "ready")
        yield EmbeddingProcess(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _wait_for(log: IO[str], message: str) -> object:
    """The port of the log line with this message, if it has one."""
    lines = []
    for line in log:
        lines.append(line)
        if (entry := json.loads(line))["message"] == message:
            return entry.get("port")
    raise RunError(f"the embedding service ended before it was {message}: {''.join(lines)}")
