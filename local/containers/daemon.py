"""Docker: the daemon that answers on this machine, or one of our own for as long as it is needed."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import docker
from docker.errors import DockerException
from tenacity import RetryError, retry, retry_if_exception_type, stop_after_delay, wait_fixed

from local.containers.errors import ContainersUnavailable

START_SECONDS = 60
STOP_SECONDS = 30
_CGROUP = "bloomweaver-sam-local"
_CGROUPS = Path("/sys/fs/cgroup")
_LOG_LINES = 5


def running_daemon() -> docker.DockerClient | None:
    """A client of the Docker that the environment points to, or the machine's own; none if it does not answer."""
    try:
        client = docker.from_env(version="auto")
        client.ping()
    except DockerException:
        return None
    return client


@dataclass(frozen=True)
class OwnDaemon:
    """A daemon that this command started."""

    address: str
    client: docker.DockerClient


@contextmanager
def own_daemon(environment: Mapping[str, str], folder: Path) -> Iterator[OwnDaemon]:
    """A daemon with its data and its socket in `folder`, which has to have a short path. Stopped at the end.

    Raises `ContainersUnavailable` if it does not start.
    """
    address = f"unix://{folder / 'docker.sock'}"
    log = folder / "dockerd.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                "dockerd",
                f"--host={address}",
                f"--data-root={folder / 'data'}",
                f"--exec-root={folder / 'exec'}",
                f"--pidfile={folder / 'dockerd.pid'}",
                f"--cgroup-parent={_CGROUP}",
                "--storage-driver=vfs",
                # The bridge reaches this machine without a rule, and there is nowhere else to go.
                "--iptables=false",
            ],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield OwnDaemon(address, _wait_for(address, process, log))
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _remove_cgroups()


def gateway(client: docker.DockerClient) -> str:
    """The address under which containers on Docker's bridge reach this machine. Raises `ContainersUnavailable`."""
    for entry in client.networks.get("bridge").attrs["IPAM"]["Config"] or []:
        # Without one that was chosen, it is the network's first address.
        first = next(ip_network(entry["Subnet"]).hosts())
        return str(entry.get("Gateway", first))
    raise ContainersUnavailable("Docker has no bridge, by which containers would reach this machine")


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> docker.DockerClient:
    @retry(retry=retry_if_exception_type(DockerException), stop=stop_after_delay(START_SECONDS), wait=wait_fixed(0.2))
    def connect() -> docker.DockerClient:
        if process.poll() is not None:
            raise ContainersUnavailable(f"dockerd ended: {_tail(log)}")
        client = docker.DockerClient(base_url=address, version="auto")
        client.ping()
        return client

    try:
        return connect()
    except RetryError as error:
        raise ContainersUnavailable(f"dockerd does not answer after {START_SECONDS} s: {_tail(log)}") from error


def _tail(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])


def _remove_cgroups() -> None:
    # dockerd leaves the parent of its containers' groups, which is in no namespace.
    for group in (*_CGROUPS.glob(_CGROUP), *_CGROUPS.glob(f"*/{_CGROUP}")):
        with suppress(OSError):
            group.rmdir()
