"""Locks that end with those who have them, the holders of a file, and files that are whole: whoever dies, whenever."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from local import function_lock
from local.atomic import write_atomically
from local.config import StackConfig
from local.errors import StackError
from local.function_lock import all_ended
from local.holders import holders
from local.one_command import one_command

SECONDS = 20.0
# Shares the lock, deaf to SIGTERM, and says so.
FUNCTION = """
import signal, sys, time
from pathlib import Path
from local import function_lock
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("begins", flush=True)
function_lock.share(Path(sys.argv[1]))
print("runs", flush=True)
time.sleep(600)
"""
# Takes the lock for itself and keeps it, as an emulator that hangs in the middle of its start does.
ALONE = """
import sys, time
from pathlib import Path
from local.function_lock import all_ended
with all_ended(Path(sys.argv[1])):
    print("alone", flush=True)
    time.sleep(600)
"""
COMMAND = """
import sys, time
from pathlib import Path
from local.config import StackConfig
from local.one_command import one_command
with one_command(StackConfig(Path(sys.argv[1]))):
    print("at it", flush=True)
    time.sleep(600)
"""
# Writes a file over and over, a different byte each time.
WRITER = """
import sys
from pathlib import Path
from local.atomic import write_atomically
number = 0
while True:
    number = number % 255 + 1
    write_atomically(Path(sys.argv[1]), bytes([number]) * 300_000)
    if number == 1:
        print("writes", flush=True)
"""

Run = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs code in a process of its own, and ends all of them after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def run_code(code: str, argument: Path) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-c", code, str(argument)], stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield run_code
    for process in started:
        process.kill()
        process.communicate()


def _says(process: "subprocess.Popen[bytes]", word: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"{word}\n".encode()


def _function(run: Run, directory: Path) -> "subprocess.Popen[bytes]":
    process = run(FUNCTION, directory)
    _says(process, "begins")
    _says(process, "runs")
    return process


def test_functions_of_before_are_killed_whatever_state_they_are_in(run: Run, tmp_path: Path) -> None:
    functions = [_function(run, tmp_path) for _ in range(3)]
    functions[1].send_signal(signal.SIGSTOP)
    functions[2].kill()
    functions[2].wait()
    with all_ended(tmp_path) as killed:
        assert killed == 2
        assert [function.wait(SECONDS) for function in functions] == [-signal.SIGKILL] * 3


def test_a_child_of_a_function_is_killed_with_it(run: Run, tmp_path: Path) -> None:
    function = run(FUNCTION.replace("time.sleep", "import os; os.fork(); time.sleep"), tmp_path)
    _says(function, "begins")
    _says(function, "runs")
    deadline = time.monotonic() + SECONDS
    while len(list(holders(tmp_path / function_lock.NAME))) < 2:
        assert time.monotonic() < deadline
    with all_ended(tmp_path) as killed:
        assert killed == 2
        assert list(holders(tmp_path / function_lock.NAME)) == []


def test_nobody_has_to_be_killed(tmp_path: Path) -> None:
    for _ in range(2):
        with all_ended(tmp_path) as killed:
            assert killed == 0


def test_a_new_function_runs_nothing_while_somebody_makes_sure(run: Run, tmp_path: Path) -> None:
    with all_ended(tmp_path):
        function = run(FUNCTION, tmp_path)
        _says(function, "begins")
        deadline = time.monotonic() + SECONDS
        while not list(holders(tmp_path / function_lock.NAME)):
            assert time.monotonic() < deadline
        ran = threading.Event()
        threading.Thread(target=lambda: (_says(function, "runs"), ran.set()), daemon=True).start()
        # It waits in the kernel: a lock that it shares would keep us from taking ours once more.
        assert psutil.Process(function.pid).is_running()
        assert not ran.is_set()
    assert ran.wait(SECONDS)


def test_one_that_makes_sure_and_dies_lets_go(run: Run, tmp_path: Path) -> None:
    alone = run(ALONE, tmp_path)
    _says(alone, "alone")
    function = run(FUNCTION, tmp_path)
    _says(function, "begins")
    alone.kill()
    _says(function, "runs")


def test_a_function_that_does_not_end_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _function(run, tmp_path)
    monkeypatch.setattr(function_lock, "END_SECONDS", 0.2)
    monkeypatch.setattr(function_lock, "holders", lambda _: iter(()))
    with pytest.raises(StackError, match=rf"do not end; `fuser -v {tmp_path}"), all_ended(tmp_path):
        pass
    # And it keeps nobody out afterwards.
    _function(run, tmp_path)


@pytest.mark.parametrize("directly", [True, False])
def test_holders_are_found_through_a_symbolic_link(run: Run, tmp_path: Path, directly: bool) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    function = _function(run, real if directly else link)
    for seen in (real, link):
        found = [process.pid for process in holders(seen / function_lock.NAME)]
        assert found == [function.pid]
    with all_ended(link) as killed:
        assert killed == 1


def test_holders_are_others_only(tmp_path: Path) -> None:
    path = tmp_path / "held"
    with path.open("w"):
        assert list(holders(path)) == []


def test_one_command_at_a_time_even_in_this_process(run: Run, tmp_path: Path) -> None:
    config = StackConfig(tmp_path / "new")
    command = run(COMMAND, config.directory)
    _says(command, "at it")
    with pytest.raises(StackError, match="another command starts or stops the stack"), one_command(config):
        pass
    command.kill()
    command.wait()
    with one_command(config):
        with pytest.raises(StackError), one_command(config):
            pass
        # What is started within does not keep the lock.
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])
    with one_command(config):
        pass


def test_a_file_is_whole_whenever_its_writer_is_killed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "file"
    for _ in range(5):
        writer = run(WRITER, path)
        _says(writer, "writes")
        before = path.read_bytes()
        while path.read_bytes() == before:
            pass
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        content = path.read_bytes()
        assert content == content[:1] * 300_000


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "file"
    write_atomically(path, b"before", 0o600)
    assert path.stat().st_mode & 0o777 == 0o600

    def fail(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, b"after", 0o600)
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]
