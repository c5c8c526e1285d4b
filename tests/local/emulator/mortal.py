"""An emulator that dies as its machine does, and copies of MiniStack's services to compare with."""

import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ministack.services
from botocore.config import Config

from local import aws
from local.aws import WentOn
from local.config import StackConfig
from local.emulator import state_file
from local.emulator.state_file import StateFile
from local.ports import claim_port
from local.processes import StartedProcess, environment, start, stop
from local.waiting import wait_for_http

SECONDS = 30.0
_ONCE = Config(retries={"total_max_attempts": 1})


class Mortal:
    """An emulator in a folder of its own."""

    def __init__(self, directory: Path) -> None:
        self.config = StackConfig(directory)
        self.port = claim_port(0, "the emulator", "")
        self.process: StartedProcess | None = None

    def start(self) -> WentOn:
        """Start it, and have it go on with what there is."""
        self.process = aws.start_emulator(self.config, self.port, wait=False)
        aws.wait_for_emulator(self.process, self.port)
        return aws.go_on(self.port)

    def start_plain(self) -> None:
        """Start MiniStack as it is without our changes, in the same folder."""
        state, objects = self.config.state, self.config.data / "s3"
        env = aws.client_environment(self.port) | {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "STATE_DIR": str(state),
            "S3_DATA_DIR": str(objects),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }
        for folder in (state, objects):
            folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "ministack"]
        self.process = start("MiniStack", command, environment(env), self.config.logs / "plain.log", state)
        wait_for_http(f"{aws.endpoint(self.port)}/_ministack/health", self.process, SECONDS)

    def kill(self) -> None:
        """Have it die at once."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        until(lambda: self.handle() is None)

    def die(self) -> WentOn:
        """Have it die at once, and start it again."""
        self.kill()
        return self.start()

    def stop(self) -> None:
        """Have it end well."""
        if self.process is not None:
            stop(self.process)

    def handle(self) -> Any:
        """The process, while it runs."""
        return self.process.handle() if self.process is not None else None

    def client(self, service: str) -> Any:
        """A client that asks once."""
        return aws.client(aws.endpoint(self.port), service, _ONCE)


def until(condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What the condition gives once it holds; fails if it does not in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
    return found


@contextmanager
def copy_of(service: str) -> Iterator[Any]:
    """A copy of the MiniStack service of its own, which is the one that everybody imports within."""
    name = f"ministack.services.{service}"
    copied, original = plain(service), sys.modules.get(name)
    attribute = getattr(ministack.services, service, None)
    sys.modules[name] = copied
    setattr(ministack.services, service, copied)
    try:
        yield copied
    finally:
        if original is None:
            del sys.modules[name]
        else:
            sys.modules[name] = original
        if attribute is None:
            delattr(ministack.services, service)
        else:
            setattr(ministack.services, service, attribute)


def plain(service: str) -> Any:
    """A copy of the MiniStack service that nothing is changed in."""
    found = importlib.util.find_spec(f"ministack.services.{service}")
    assert found is not None
    assert found.loader is not None
    copied = importlib.util.module_from_spec(found)
    found.loader.exec_module(copied)
    return copied


@contextmanager
def open_file(directory: Path) -> Iterator[StateFile]:
    """The state file of a folder."""
    file = StateFile(directory / state_file.NAME)
    try:
        yield file
    finally:
        with suppress(Exception):
            file.close()
