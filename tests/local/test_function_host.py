"""The function host: one client that goes wrong is not the end of all functions."""

import array
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.config import StackConfig
from local.function_host import SOCKET_NAME
from local.functions import start_host
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


def _start_function(client: socket.socket, directory: Path) -> None:
    request = {"directory": str(directory), "environment": {"_HANDLER": "nothing.handler"}, "path": [str(directory)]}
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
