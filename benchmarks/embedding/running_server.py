"""Starts a server, waits for its first vector, and stops it."""

import subprocess
import time
from pathlib import Path
from types import TracebackType

import httpx

from benchmarks.embedding.engine_process import FIRST_TEXT
from benchmarks.embedding.environments import REPOSITORY, process_environment
from benchmarks.embedding.http_client import body
from benchmarks.embedding.jobs import end, tail
from benchmarks.embedding.systems import Server
from benchmarks.errors import RunError
from local.ports import claim_port

START_SECONDS = 120.0
PAUSE_SECONDS = 0.01


class RunningServer:
    """A server that has answered with a vector, `start_seconds` after its process was started."""

    def __init__(self, server: Server, log: Path) -> None:
        """Starts it, with its messages in `log`. Raises `RunError` if it does not answer in time."""
        self.server = server
        self._log = log
        port = str(claim_port(0, server.name, ""))
        self.url = f"http://127.0.0.1:{port}{server.route}"
        variables = {name: value.replace("{port}", port) for name, value in server.variables.items()}
        started = time.perf_counter()
        with log.open("wb") as messages:
            self._process = subprocess.Popen(
                [part.replace("{port}", port) for part in server.command],
                cwd=REPOSITORY,
                env=process_environment(variables),
                stdin=subprocess.DEVNULL,
                stdout=messages,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait(started)
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.perf_counter() - started

    def __enter__(self) -> "RunningServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def stop(self) -> None:
        """Ends it."""
        end(self._process)

    def _wait(self, started: float) -> None:
        request = body(self.server.wire, [FIRST_TEXT])
        said = "nothing"
        with httpx.Client(headers={"Content-Type": "application/json"}) as client:
            while time.perf_counter() - started < START_SECONDS:
                if self._process.poll() is not None:
                    raise RunError(f"{self.server.name} ended; its messages:\n{tail(self._log)}")
                try:
                    answer = client.post(self.url, content=request)
                except httpx.TransportError as error:
                    said = str(error)
                else:
                    if answer.is_success:
                        return
                    said = f"{answer.status_code} {answer.text[:200]}"
                time.sleep(PAUSE_SECONDS)
        raise RunError(f"{self.server.name} gave no vector in {START_SECONDS:.0f} s; its last answer: {said}")
