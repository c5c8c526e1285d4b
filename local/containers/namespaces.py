"""Namespaces for a Docker daemon of our own: its bridge, mounts and processes end with the command, whatever happens.

Within them the stack and the containers have a loopback and a bridge, and no way out.
"""

import fcntl
import os
import platform
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence

from local.containers.errors import ContainersUnavailable

_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


def check_permitted() -> None:
    """Raises `ContainersUnavailable` where this process may not make namespaces."""
    if not sys.platform.startswith("linux"):
        raise ContainersUnavailable("no Docker answers, and only on Linux can a daemon be started for this command")
    if platform.machine() != "x86_64":
        raise ContainersUnavailable("no Docker answers, and an image of this machine could not run layers for x86_64")
    if os.geteuid() != 0:
        raise ContainersUnavailable("no Docker answers, and a daemon of our own needs root")
    if not shutil.which("unshare"):
        raise ContainersUnavailable("no Docker answers, and there is no unshare to start a daemon apart with")
    tried = subprocess.run(command(["true"]), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if tried.returncode:
        raise ContainersUnavailable(f"no Docker answers, and namespaces are not permitted: {tried.stderr.strip()}")


def command(program: Sequence[str]) -> list[str]:
    """The command that runs `program` in network, mount and process namespaces of its own."""
    return ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", *program]


def furnish() -> None:
    """Bring up the loopback of this namespace, and give it a /run of its own, where Docker keeps its sockets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
