"""Processes that outlive the command that starts them, and are stopped by nobody but us.

A process is known by its id and its start time: an id alone may have come to belong to another program.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from local.errors import StackError

STOP_SECONDS = 5.0
"""After that a process is killed. What it had said yes to is on disk."""
POLL_SECONDS = 0.05
# A profile would lead AWS clients to a real account. Without compiled files every function compiles its imports anew.
_LEFT_OUT = frozenset({"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "PYTHONDONTWRITEBYTECODE"})


class StartedProcess(BaseModel):
    """A process that the stack started."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    started_at: float
    """Seconds since the epoch, as the kernel has it."""
    log: Path

    def handle(self) -> psutil.Process | None:
        """The process, if it still runs and is the one that was started."""
        try:
            process = psutil.Process(self.pid)
            if process.create_time() != self.started_at or process.status() == psutil.STATUS_ZOMBIE:
                return None
        except psutil.NoSuchProcess:
            return None
        return process

    def log_tail(self, lines: int = 15) -> str:
        """The end of the log, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


def start(
    name: str, command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path, held: Path | None = None
) -> StartedProcess:
    """Start `command` in a session of its own, with its output in `log`. It holds the file `held` open."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, holding(held) as descriptors:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=descriptors,
        )
    try:
        started_at = psutil.Process(process.pid).create_time()
    except psutil.NoSuchProcess as error:
        raise StackError(f"{name} ended as soon as it was started; see {log}") from error
    return StartedProcess(name=name, pid=process.pid, started_at=started_at, log=log)


class Ended(StrEnum):
    """How a process ended that was to be stopped."""

    BEFORE = "did not run any more"
    STOPPED = "stopped"
    KILLED = "killed"
    """It did not end by itself in time."""


def stop(process: StartedProcess) -> Ended:
    """Ask the process to end, and kill it if it does not in time; wait for it and for all that it started."""
    handle = process.handle()
    if handle is None:
        return Ended.BEFORE
    family = handle.children(recursive=True)
    ended = end([handle])
    # What it started has lost its parent; the emulator's functions end by themselves, but not at once.
    end([child for child in family if child.is_running()])
    return ended


def end(processes: Sequence[psutil.Process]) -> Ended:
    """Ask all to end, kill those that do not in time, and wait until none runs. Raises `StackError` if one does."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    alive = _still_running(processes)
    kill(alive)
    return Ended.KILLED if alive else Ended.STOPPED


def kill(processes: Sequence[psutil.Process]) -> None:
    """Kill all, and wait until none runs: the kernel takes a while for it. Raises `StackError` if one does."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    if unkillable := _still_running(processes):
        raise StackError(f"these processes cannot be ended: {', '.join(str(process.pid) for process in unkillable)}")


def _still_running(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that still run after `STOP_SECONDS`. One whose parent has not asked how it ended does not run."""
    deadline = time.monotonic() + STOP_SECONDS
    left = list(processes)
    while (left := [process for process in left if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def holding(path: Path | None) -> Iterator[tuple[int, ...]]:
    """The file, opened for a process that is started within and is to hold it: for `pass_fds`."""
    if path is None:
        yield ()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as opened:
        yield (opened.fileno(),)


def memory_mib(processes: Sequence[StartedProcess]) -> float:
    """The memory of the processes and all that they started: proportional set size, so shared pages count once."""
    total = 0
    for started in processes:
        handle = started.handle()
        if handle is None:
            continue
        for process in (handle, *handle.children(recursive=True)):
            try:
                total += _resident(process)
            except psutil.NoSuchProcess:
                continue  # it ended while we looked
    return total / 2**20


def _resident(process: psutil.Process) -> int:
    memory = process.memory_full_info()
    pss: int = getattr(memory, "pss", 0)  # Linux has it
    return pss or int(memory.uss)


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `extra`, and without what would lead its processes astray."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    # Without a bound, glibc gives each of the stack's many threads a heap of its own.
    return kept | {"MALLOC_ARENA_MAX": "2"} | dict(extra)
