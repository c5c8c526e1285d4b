"""One build for all tests, and a bucket that its functions reach."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layers.built import Built
from local import aws
from local.config import StackConfig
from local.ports import claim_port
from local.processes import stop
from tests.template.template import REPOSITORY

MODEL = "minilm"
BUILD_SECONDS = 300


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """What `sam build` makes of the template, with the model that a package carries, and for this Python."""
    folder = tmp_path_factory.mktemp("layers") / "build"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    binaries = Path(sys.executable).parent
    done = subprocess.run(
        [
            str(binaries / "sam"),
            "build",
            f"--template-file={REPOSITORY / 'template.yaml'}",
            f"--config-file={REPOSITORY / 'samconfig.toml'}",
            f"--build-dir={folder}",
            "--parameter-overrides",
            f"PythonRuntime=python{version}",
        ],
        env={
            **os.environ,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "ENCODER_MODEL": MODEL,
            "LAYERS_PYTHON": version,
            "SAM_CLI_TELEMETRY": "0",
        },
        cwd=folder.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return Built(folder)


@dataclass(frozen=True)
class Bucket:
    """A bucket of the emulator."""

    name: str
    client: Any
    environment: dict[str, str]
    """What makes AWS's SDK find it."""


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    """An empty one."""
    port = claim_port(0, "MiniStack", "port 0")
    emulator = aws.start_emulator(StackConfig(tmp_path / "stack"), port)
    try:
        client = aws.client(aws.endpoint(port), "s3")
        client.create_bucket(Bucket="models")
        yield Bucket("models", client, aws.client_environment(port))
    finally:
        stop(emulator)
