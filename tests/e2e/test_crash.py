"""The death of the machine, at every step of a start, of a load and of a stop: `up` comes up, and nothing is lost."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from bloomweaver.models.record import Status
from cli.client import Api
from faults.power_cut import power_cut
from local import aws
from local import stack as local_stack
from local.config import REPOSITORY, STACK_NAME, StackConfig
from local.data_port import recorded_port
from local.stack import StackDescriptor, read_descriptor
from tests.e2e.running_stack import stack_config
from tests.e2e.waiting import wait_for

MOMENT_SECONDS = 60.0
INDEXED_SECONDS = 120.0
TRADES = ("cooper", "farrier", "chandler", "rigger", "sailmaker", "smith", "baker", "miller", "tanner", "weaver")
TEXTS = [
    f"The {colour} lantern on the quay of Elm Harbour belongs to the {trade}."
    for colour in ("red", "blue")
    for trade in TRADES
]
DOCUMENTS = len(TEXTS)


@dataclass
class Machine:
    """One that dies and comes back."""

    config: StackConfig

    def begin(self, command: str) -> subprocess.Popen[bytes]:
        """Start `bloomweaver up` or `down` beside this process."""
        ports = ["--aws-port", "0", "--embedding-port", "0", "--no-dashboard"] if command == "up" else []
        arguments = [sys.executable, "-m", "cli.main", command, "--dir", str(self.config.directory), *ports]
        return subprocess.Popen(arguments, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def die(self, *commands: subprocess.Popen[bytes]) -> None:
        """End every process of the stack and the commands at once, as a power cut would."""
        power_cut(self.config, [psutil.Process(command.pid) for command in commands])
        for command in commands:
            command.wait()

    def up(self) -> tuple[StackDescriptor, list[str]]:
        """Start the stack. Returns what was said as well."""
        said: list[str] = []
        return local_stack.up(self.config, said.append), said


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(stack_config(tmp_path))
    yield machine
    machine.die()


def _answers(config: StackConfig) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{aws.endpoint(recorded_port(config) or 0)}/_ministack/health").is_success
    return False


def _is_deploying(config: StackConfig) -> bool:
    port = recorded_port(config)
    if port is None or not (config.logs / "sam-deploy.log").exists():
        return False
    client = aws.client(aws.endpoint(port), "cloudformation")
    with suppress(Exception):  # it is not there yet
        return "IN_PROGRESS" in client.describe_stacks(StackName=STACK_NAME)["Stacks"][0]["StackStatus"]
    return False


MOMENTS: dict[str, Callable[[StackConfig], bool]] = {
    "before the build": lambda config: (config.logs / "sam-build.log").exists(),
    "when the emulator has a state": lambda config: (config.state / "state.db").exists(),
    "in the deployment": _is_deploying,
    "when the vector index is made": lambda config: (config.data / "lancedb").exists(),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_start_that_dies_is_followed_by_one_that_works(machine: Machine, moment: str) -> None:
    starting = machine.begin("up")
    wait_for(lambda: MOMENTS[moment](machine.config), MOMENT_SECONDS, moment)
    machine.die(starting)
    descriptor, _ = machine.up()
    assert len(descriptor.running()) == len(descriptor.processes)
    with Api(descriptor.api_url, token=descriptor.token) as api:
        api.submit({"operation": "CREATE", "doc_hash": "a", "content_type": "text/plain", "content": "A text."})
        wait_for(lambda: api.document("a").status is Status.INDEXED, INDEXED_SECONDS, "the document is indexed")


def test_what_was_accepted_survives_a_load_a_start_and_a_stop_that_die(machine: Machine) -> None:
    texts = TEXTS
    descriptor, _ = machine.up()
    with Api(descriptor.api_url, token=descriptor.token) as api:
        for number, text in enumerate(texts):
            body = {"operation": "CREATE", "doc_hash": f"doc-{number}", "content_type": "text/plain", "content": text}
            assert api.submit(body).status == "queued"
        wait_for(lambda: api.counts().documents[Status.INDEXED] >= 4, INDEXED_SECONDS, "the first are indexed")
        assert api.delete("doc-0").status == "queued"
    machine.die()
    said = _comes_back_whole(machine, texts)
    assert any("was not clean" in line for line in said), said

    # The next deaths find everything there, and leave it there.
    stopping = machine.begin("down")
    [emulator] = [process for process in _descriptor_of(machine).processes if process.name == aws.EMULATOR]
    wait_for(lambda: emulator.handle() is None, MOMENT_SECONDS, "the emulator is stopped")
    machine.die(stopping)
    starting = machine.begin("up")
    wait_for(lambda: _answers(machine.config), MOMENT_SECONDS, "the emulator answers again")
    machine.die(starting)
    _comes_back_whole(machine, texts)


def _descriptor_of(machine: Machine) -> StackDescriptor:
    descriptor = read_descriptor(machine.config.descriptor)
    assert descriptor is not None
    return descriptor


def _comes_back_whole(machine: Machine, texts: list[str]) -> list[str]:
    descriptor, said = machine.up()
    with Api(descriptor.api_url, token=descriptor.token) as api:
        wait_for(
            lambda: (c := api.counts().documents)[Status.INDEXED] == DOCUMENTS - 1 and c[Status.DELETED] == 1,
            INDEXED_SECONDS,
            "every document is in the state that was accepted last",
        )
        for number in range(1, DOCUMENTS):
            assert api.document(f"doc-{number}").version == 1
        hits = api.search(texts[7], top_k=1).results
        assert [hit.doc_hash for hit in hits] == ["doc-7"]
        assert not any(hit.doc_hash == "doc-0" for hit in api.search(texts[0], top_k=50).results)
        assert all(queue.visible == 0 for queue in api.dead_letters().queues)
    return said
