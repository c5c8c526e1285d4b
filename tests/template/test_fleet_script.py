"""What an instance runs when it starts, and what waits there for its end: the real scripts, with other commands' names.

No Docker and no instance is here: each command that the scripts call notes its arguments, and the metadata service
answers from a list.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.template.fleet import user_data

VALUES = {
    "AWS::AccountId": "123456789012",
    "AWS::Region": "eu-central-1",
    "AWS::URLSuffix": "amazonaws.com",
    "ServiceLogs": "/bloomweaver/dev/embedding",
    "Image": "bloomweaver-embedding:1",
}
REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
COMMANDS = ("aws", "curl", "dnf", "docker", "sleep", "systemctl")
STUB = """#!/bin/bash
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in
  *--password-stdin*) cat > /dev/null ;;
  *api/token*) echo token ;;
  *instance-id*) echo i-0abc ;;
  *get-login-password*) echo password ;;
  *target-lifecycle-state*)
    head -n 1 "$STATES"
    sed -i 1d "$STATES" ;;
  *spot/instance-action*)
    [ -e "$INTERRUPTED" ] ;;
esac
"""


class Instance:
    """A folder in the place of an instance's disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._commands = folder / "commands"
        self._commands.mkdir()
        for name in COMMANDS:
            (self._commands / name).write_text(STUB)
            (self._commands / name).chmod(0o755)
        for name in ("etc/systemd/system", "usr/local/bin"):
            (folder / name).mkdir(parents=True)

    def start(self) -> list[str]:
        """Run the user data. Returns the calls that it made."""
        script = re.sub(r"\$\{([\w:]+)\}", lambda found: VALUES[found[1]], user_data())
        for place in ("/etc/systemd/system/", "> /usr/local/bin/", "chmod 0755 /usr/local/bin/"):
            script = script.replace(place, place.replace("/", f"{self._folder}/", 1))
        return self._run(script, [])

    def await_end(self, states: list[str], *, interrupted: bool = False) -> list[str]:
        """Run what waits for the end, while the metadata service answers with these states. Returns its calls."""
        if interrupted:
            (self._folder / "interrupted").touch()
        return self._run((self._folder / "usr/local/bin/await-end").read_text(), states)

    def unit(self, name: str) -> str:
        """A unit of systemd's."""
        return (self._folder / "etc/systemd/system" / f"{name}.service").read_text()

    def _run(self, script: str, states: list[str]) -> list[str]:
        calls = self._folder / "calls"
        calls.write_text("")
        (self._folder / "states").write_text("".join(f"{state}\n" for state in states))
        env = {
            "PATH": f"{self._commands}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "CALLS": str(calls),
            "STATES": str(self._folder / "states"),
            "INTERRUPTED": str(self._folder / "interrupted"),
        }
        ran = subprocess.run(["bash"], input=script, env=env, text=True, capture_output=True, check=False, timeout=20)
        assert ran.returncode == 0, ran.stderr
        return calls.read_text().splitlines()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def test_an_instance_runs_the_image_once_it_is_pulled(instance: Instance) -> None:
    calls = [call for call in instance.start() if not call.startswith("curl")]
    # The two ends of a pipe begin in any order.
    signing_in = [call for call in calls if call.startswith(("aws ecr get-login-password", "docker login"))]
    assert len(signing_in) == 2
    assert calls == [
        "dnf install --assumeyes --quiet docker",
        "systemctl daemon-reload",
        "systemctl start docker.service await-end.service",
        *signing_in,
        f"docker pull --quiet {REGISTRY}/bloomweaver-embedding:1",
        "systemctl start embedding.service",
    ]


def test_the_service_is_started_with_its_port_its_log_and_no_privileges(instance: Instance) -> None:
    instance.start()
    [start] = re.findall(r"^ExecStart=(.*)$", instance.unit("embedding"), re.MULTILINE)
    words = start.split()
    assert words[:2] == ["/usr/bin/docker", "run"]
    assert words[-1] == f"{REGISTRY}/bloomweaver-embedding:1"
    for option in (
        "--publish 8080:8080",
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--stop-timeout 40",
        "--log-driver awslogs",
        "--log-opt awslogs-group=/bloomweaver/dev/embedding",
        "--log-opt awslogs-stream=i-0abc",
    ):
        assert f" {option} " in start


def test_an_instance_that_auto_scaling_ends_ends_its_service_a_moment_later(instance: Instance) -> None:
    instance.start()
    calls = [call for call in instance.await_end(["InService", "InService", "Terminated"]) if "curl" not in call]
    assert calls == ["sleep 5", "sleep 5", "sleep 5", "sleep 15", "systemctl stop embedding.service"]


def test_an_instance_that_is_interrupted_ends_its_service(instance: Instance) -> None:
    instance.start()
    calls = instance.await_end([], interrupted=True)
    assert calls[-1] == "systemctl stop embedding.service"
