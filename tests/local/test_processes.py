"""The processes of a stack: only our own are stopped, and all that they started with them; ports and waiting."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from local import processes, stack
from local.config import StackConfig
from local.errors import StackError
from local.one_command import one_command
from local.ports import LOOPBACK, claim_port
from local.processes import Ended, StartedProcess, environment, memory_mib, start, stop
from local.stack import StackDescriptor, read_descriptor
from local.waiting import wait_until

WAIT_SECONDS = 20.0

SLEEPER = "import time; time.sleep(600)"
# Writes the ids of a child and a grandchild once both are there.
FAMILY = """
import subprocess, sys, time
grandchild = "import time; time.sleep(600)"
child = (
    "import os, pathlib, subprocess, sys, time;"
    f"g = subprocess.Popen([sys.executable, '-c', {grandchild!r}]);"
    "p = pathlib.Path(sys.argv[1]); t = p.with_suffix('.new'); t.write_text(f'{os.getpid()} {g.pid}'); t.rename(p);"
    "time.sleep(600)"
)
subprocess.Popen([sys.executable, "-c", child, sys.argv[1]])
time.sleep(600)
"""
DEAF = "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + (
    "pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
)
# Has a child that does not listen to SIGTERM.
DEAF_CHILD = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {DEAF!r}, sys.argv[1]])
time.sleep(600)
"""


def run(tmp_path: Path, code: str, *arguments: object) -> StartedProcess:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return start("the test's process", command, environment({}), tmp_path / "log", tmp_path)


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def foreign() -> Iterator[subprocess.Popen[bytes]]:
    """A process of somebody else."""
    process = subprocess.Popen([sys.executable, "-c", SLEEPER])
    yield process
    process.kill()
    process.wait()


def descriptor_of(config: StackConfig, *started: StartedProcess) -> None:
    descriptor = StackDescriptor(
        api_url="http://127.0.0.1:1/v1",
        embedding_url="http://127.0.0.1:2",
        aws_endpoint_url="http://127.0.0.1:3",
        region="us-east-1",
        vector_store="lancedb",
        data_dir=config.data,
        log_dir=config.logs,
        outputs={},
        processes=list(started),
    )
    config.descriptor.write_text(descriptor.model_dump_json())


def test_a_process_id_that_another_program_has_now_is_left_alone(
    tmp_path: Path, foreign: subprocess.Popen[bytes]
) -> None:
    config = StackConfig(directory=tmp_path)
    began_at = psutil.Process(foreign.pid).create_time()
    stale = StartedProcess(name="the AWS emulator", pid=foreign.pid, started_at=began_at - 1, log=tmp_path / "log")
    descriptor_of(config, stale)
    said: list[str] = []
    stack.down(config, said.append)
    assert said == ["the AWS emulator did not run any more"]
    assert is_running(foreign.pid)
    assert not config.descriptor.exists()


def test_a_stale_description_names_no_running_process(tmp_path: Path, foreign: subprocess.Popen[bytes]) -> None:
    config = StackConfig(directory=tmp_path)
    descriptor_of(config, StartedProcess(name="x", pid=foreign.pid, started_at=1.0, log=tmp_path / "log"))
    descriptor = read_descriptor(config.descriptor)
    assert descriptor is not None
    assert descriptor.running() == []
    assert memory_mib(descriptor.processes) == 0


def test_a_process_that_has_ended_is_no_process(tmp_path: Path) -> None:
    started = run(tmp_path, "pass")
    # It is a child of ours that nobody waited for: a zombie, which is not running either.
    wait(lambda: started.handle() is None)
    assert stop(started) is Ended.BEFORE


def test_down_stops_what_was_started(tmp_path: Path) -> None:
    config = StackConfig(directory=tmp_path)
    started = run(tmp_path, SLEEPER)
    descriptor_of(config, started)
    said: list[str] = []
    stack.down(config, said.append)
    assert said == ["stopped the test's process"]
    assert not is_running(started.pid)


def test_stop_takes_children_and_grandchildren_along(tmp_path: Path) -> None:
    started = run(tmp_path, FAMILY, tmp_path / "pids")
    wait((tmp_path / "pids").exists)
    pids = [started.pid, *map(int, (tmp_path / "pids").read_text().split())]
    assert all(map(is_running, pids))
    assert memory_mib([started]) > 0
    assert stop(started) is Ended.STOPPED
    assert not any(map(is_running, pids))


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 3.0)
    started = run(tmp_path, DEAF_CHILD, tmp_path / "ready")
    wait((tmp_path / "ready").exists)
    handle = started.handle()
    assert handle is not None
    (child,) = handle.children()
    assert stop(started) is Ended.STOPPED
    assert not is_running(child.pid)


def test_a_process_that_does_not_end_is_killed_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    started = run(tmp_path, DEAF, tmp_path / "ready")
    wait((tmp_path / "ready").exists)
    config = StackConfig(directory=tmp_path)
    descriptor_of(config, started)
    said: list[str] = []
    stack.down(config, said.append)
    assert said == ["killed the test's process, which did not end by itself; what it had accepted is on disk"]
    assert not is_running(started.pid)


def test_a_process_that_no_description_knows_is_ended(tmp_path: Path, foreign: subprocess.Popen[bytes]) -> None:
    config = StackConfig(directory=tmp_path)
    command = [sys.executable, "-c", SLEEPER]
    started = start("the test's process", command, environment({}), tmp_path / "log", tmp_path, config.running)
    said: list[str] = []
    stack.down(config, said.append)
    assert said == ["ended 1 process that a stack had left running when it died"]
    assert not is_running(started.pid)
    assert is_running(foreign.pid)


def test_two_commands_do_not_start_and_stop_at_once(tmp_path: Path) -> None:
    config = StackConfig(directory=tmp_path)
    with one_command(config), pytest.raises(StackError, match="another command"):
        stack.down(config, lambda _: None)
    said: list[str] = []
    stack.down(config, said.append)
    assert said == ["no stack runs"]


def test_the_output_of_a_process_is_in_its_log(tmp_path: Path) -> None:
    started = run(tmp_path, "print('started', flush=True); raise SystemExit('no model')")
    with pytest.raises(StackError, match="no model"):
        wait_until(lambda: False, started, WAIT_SECONDS, "it does not answer")


def test_waiting_has_a_bound(tmp_path: Path) -> None:
    started = run(tmp_path, SLEEPER)
    try:
        with pytest.raises(StackError, match="it does not answer"):
            wait_until(lambda: False, started, 0.0, "it does not answer")
    finally:
        stop(started)


def test_a_port_in_use_is_named_with_the_option_to_change(taken_port: int) -> None:
    with pytest.raises(StackError, match=f"port {taken_port}.*the AWS emulator.*--aws-port"):
        claim_port(taken_port, "the AWS emulator", "--aws-port")


def test_a_free_port_is_found() -> None:
    port = claim_port(0, "a test", "--port")
    with socket.socket() as holder:
        holder.bind((LOOPBACK, port))


def test_a_description_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"api_url": 1}')
    with pytest.raises(StackError, match=r"stack\.json"):
        read_descriptor(tmp_path / "stack.json")
    assert read_descriptor(tmp_path / "nothing.json") is None


def test_an_aws_profile_of_the_user_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    passed_on = environment({"A": "1"})
    assert "AWS_PROFILE" not in passed_on
    assert passed_on["A"] == "1"
    assert passed_on["PATH"] == os.environ["PATH"]
