"""Work for another process: a JSON object a line in, an answer a line out. Needs nothing but Python.

The other process may be of another environment, and its libraries may print what they like.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from benchmarks.errors import RunError

Job = dict[str, Any]
STOP_SECONDS = 30.0
LOG_LINES = 20


def private_output() -> Callable[[Job], None]:
    """What sends an answer. From this call on, standard output is standard error for everything else here."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def send(answer: Job) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    return send


def serve(send: Callable[[Job], None], do: Callable[[Job], Job]) -> None:
    """Does each job that comes in on standard input, until it is closed."""
    for line in sys.stdin:
        send(do(json.loads(line)))


class Worker:
    """A process that does jobs. `first` is the line that it sends by itself when it can, `start_seconds` from its start
    until then."""

    def __init__(
        self, name: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path, start_limit: float
    ) -> None:
        """Starts the process, with its messages in `log`. Raises `RunError` if the first line does not come in time."""
        self._name = name
        self._log = log
        started = time.perf_counter()
        with log.open("wb") as messages:
            self._process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                text=True,
            )
        self._lines: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.first = self._next(start_limit)
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.perf_counter() - started

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def ask(self, job: Job, limit: float) -> Job:
        """The answer to a job. Raises `RunError` if it does not come within `limit` seconds."""
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._ended() from error
        return self._next(limit)

    def stop(self) -> None:
        """Ends the process."""
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # it has ended, with a job unread
            self._process.stdin.close()
        end(self._process)

    def _next(self, limit: float) -> Job:
        try:
            line = self._lines.get(timeout=limit)
        except Empty:
            raise RunError(f"{self._name} did not answer in {limit:.0f} s; its messages:\n{tail(self._log)}") from None
        if not line:
            raise self._ended()
        answer: Job = json.loads(line)
        return answer

    def _ended(self) -> RunError:
        return RunError(f"{self._name} ended; its messages:\n{tail(self._log)}")

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")


def end(process: subprocess.Popen[Any]) -> None:
    """Asks a process to end, and makes it end if it does not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log: Path) -> str:
    """The end of a log, for an error message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
