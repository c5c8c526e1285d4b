"""One build for all tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from layers.built import Built
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
