"""The function host: one client that goes wrong is not the end of all functions, and none runs before it may."""

import array
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import function_lock
from local.config import StackConfig
from local.function_host import SOCKET_NAME
from local.function_lock import all_ended
from local.functions import start_host
from local.holders import holders
from local.priority import NICE
from local.processes import StartedProcess, stop

SECONDS = 30


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartedProcess]:
    monkeypatch.chdir(tmp_path)  # the path of such a socket ends at about 100 bytes
    started = start_host(StackConfig(tmp_path), aws_port=1)
    yield started
    stop(started)


def _connect() -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(SECONDS)
    client.connect(SOCKET_NAME)
    return client


def _start_function(client: socket.socket, directory: Path, package: str = "nothing") -> None:
    environment = {"_HANDLER": f"{package}.handler", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    request = {"directory": str(directory), "environment": environment, "path": [str(directory)]}
    with (directory / "output").open("w+b") as output:
        streams = array.array("i", [output.fileno()] * 3)
        data = json.dumps(request).encode() + b"\n"
        client.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])


@pytest.mark.parametrize("sent", [b"", b'{"directory": "/'])
def test_a_client_that_leaves_in_the_middle_of_its_request_ends_nothing(
    host: StartedProcess, tmp_path: Path, sent: bytes
) -> None:
    with _connect() as client:
        client.sendall(sent)
    with _connect() as client:
        _start_function(client, tmp_path)
        # It cannot run, as there is no such handler; what counts is that it was started, and its end was noticed.
        assert client.recv(1) == b""
    assert host.handle() is not None


def _write_runtime(directory: Path, code: str) -> None:
    """Have functions run the code: it stands for the first thing that is imported from a function's folder, Lambda's
    own runtime."""
    runtime = directory / "awslambdaric"
    runtime.mkdir()
    (runtime / "__init__.py").touch()
    (runtime / "__main__.py").write_text(f"def main(_):\n    {code}\n")


def _said(directory: Path, package: str) -> str:
    """What a function of the package has printed when it has ended."""
    with _connect() as client:
        _start_function(client, directory, package)
        assert client.recv(1) == b""
    return (directory / "output").read_text()


def test_functions_that_nobody_waits_for_stand_back(host: StartedProcess, tmp_path: Path) -> None:
    _write_runtime(
        tmp_path,
        "import os; print(os.getpriority(os.PRIO_PROCESS, 0), os.getsid(0) == os.getpid(), flush=True)",
    )
    said = [_said(tmp_path, package).split() for package in ("search", "chunk")]
    assert said == [["0", "True"], [str(NICE), "False"]]


def test_a_function_shares_the_lock_before_it_runs_anything(host: StartedProcess, tmp_path: Path) -> None:
    _write_runtime(tmp_path, "import pathlib, time; pathlib.Path('ran').touch(); time.sleep(600)")
    ran, lock = tmp_path / "ran", tmp_path / function_lock.NAME
    with _connect() as client:
        with all_ended(tmp_path):
            _start_function(client, tmp_path)
            _wait(lambda: any(holders(lock)))
            assert not ran.exists()
        _wait(ran.exists)
        # It has the lock for as long as it lives, and nobody else but it.
        assert host.pid not in [process.pid for process in holders(lock)]
        with all_ended(tmp_path) as killed:
            assert killed == 1
        assert client.recv(1) == b""
    assert host.handle() is not None


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_function_that_somebody_waits_for_keeps_what_it_frees_and_others_give_it_back(
    host: StartedProcess, tmp_path: Path
) -> None:
    times, pages = 50, 768
    _write_runtime(
        tmp_path,
        "from resource import RUSAGE_SELF, getrusage\n"
        "    before = getrusage(RUSAGE_SELF).ru_minflt\n"
        f"    for _ in range({times}): bytes(range(256)) * (16 * {pages})\n"
        "    print(getrusage(RUSAGE_SELF).ru_minflt - before, flush=True)",
    )
    kept, given_back = (int(_said(tmp_path, package)) for package in ("search", "pinecone_writer"))
    assert kept < 2 * pages < times * pages <= given_back
