"""The image, as far as it can be tried without building it: its files, variables and commands, as a process."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from embedding_service.encoder.models import MODELS
from tests.embedding_service.image import CONTEXT, Image

READY_SECONDS = 60.0
COMMAND_SECONDS = 60.0


@pytest.fixture
def image(tmp_path: Path, minilm_folder: Path) -> Image:
    stages: dict[tuple[str, str], Path | None] = {
        ("dependencies", "/venv"): None,  # the packages are those of the environment that runs the tests
        ("model", "/model"): minilm_folder,
    }
    return Image(tmp_path, {"MODEL": "minilm"}, stages)


@pytest.fixture
def environment(image: Image) -> dict[str, str]:
    variables = image.environment
    assert variables["EMBEDDING_HOST"] == "0.0.0.0"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "EMBEDDING_HOST": "127.0.0.1",
        "EMBEDDING_PORT": str(port),
        "EMBEDDING_MODEL_DIR": str(image.path(variables["EMBEDDING_MODEL_DIR"])),
        "EMBEDDING_THREADS": "2",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMBEDDING_", "PYTHON"))}
    return kept | variables | own


@pytest.fixture
def started(image: Image, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(image.command, cwd=image.work_dir, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(COMMAND_SECONDS)


def run(command: list[str], image: Image, environment: dict[str, str]) -> int:
    return subprocess.run(command, cwd=image.work_dir, env=environment, timeout=COMMAND_SECONDS, check=False).returncode


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the service ended"
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the service was not ready in time")


def test_its_command_serves_is_healthy_and_ends_on_sigterm(
    image: Image, environment: dict[str, str], started: subprocess.Popen[bytes]
) -> None:
    url = f"http://127.0.0.1:{environment['EMBEDDING_PORT']}"
    wait_until_ready(started, f"{url}/ready")
    assert run(image.health_check, image, environment) == 0
    answer = httpx.post(f"{url}/embed", json={"inputs": "a text"})
    assert len(answer.json()[0]) == MODELS["minilm"].dimension
    started.terminate()
    assert started.wait(COMMAND_SECONDS) == 0
    assert run(image.health_check, image, environment) != 0


def test_the_build_fails_on_a_model_that_is_not_the_one_it_names(image: Image, environment: dict[str, str]) -> None:
    (check,) = image.python_checks
    assert run(check, image, environment) == 0
    assert run(check, image, environment | {"EMBEDDING_MODEL": "bge-small"}) != 0


def test_a_model_that_the_registry_has_not_keeps_its_name(image: Image, environment: dict[str, str]) -> None:
    (check,) = image.python_checks
    assert run(check, image, environment | {"EMBEDDING_MODEL": "ours"}) == 0
    (Path(environment["EMBEDDING_MODEL_DIR"]) / "modules.json").unlink()
    assert run(check, image, environment | {"EMBEDDING_MODEL": "ours"}) != 0, "its files do not say how it pools"


def test_it_runs_as_nobody_special(image: Image) -> None:
    assert int(image.user) >= 10000


def test_it_carries_the_code_and_the_model_and_nothing_else(image: Image) -> None:
    package = image.work_dir / "embedding_service"
    assert not list(package.rglob("__pycache__"))
    assert not (package / "Dockerfile").exists()
    modules = {path.relative_to(CONTEXT) for path in CONTEXT.rglob("*.py")}
    assert {path.relative_to(package) for path in package.rglob("*.py")} == modules
    model = image.path(image.environment["EMBEDDING_MODEL_DIR"])
    for name in ("config.json", "tokenizer.json", "model.safetensors", "modules.json", "1_Pooling/config.json"):
        assert (model / name).is_file(), name


def test_no_torch_is_installed() -> None:
    names = [re.split(r"[=\[<>~; ]", line)[0] for line in (CONTEXT / "requirements.txt").read_text().splitlines()]
    assert "openvino" in names
    assert not {"torch", "sentence-transformers", "transformers"} & set(names)
    installed = re.findall(r"pip install.*", (CONTEXT / "Dockerfile").read_text())
    assert all("--no-deps" in line or "requirements.txt" in line or "huggingface-hub" in line for line in installed)


def test_every_model_comes_from_a_fixed_revision() -> None:
    dockerfile = (CONTEXT / "Dockerfile").read_text()
    downloads = re.findall(r"hf download (\S+) --revision (\S+)", dockerfile)
    assert len(downloads) == dockerfile.count("hf download") > 0
    assert all(re.fullmatch(r"[0-9a-f]{40}", revision) for _, revision in downloads)
    stages = re.findall(r"FROM \S+ AS model-(\S+)", dockerfile)
    by_id = {spec.model_id: name for name, spec in MODELS.items()}
    known = {by_id[model_id] for model_id, _ in downloads if model_id in by_id}
    assert known <= set(stages)
    assert {"bge-small", "large", "minilm", "folder"} == set(stages)
