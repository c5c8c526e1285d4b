"""What the containers run: the functions as `sam build` makes them, with their layers.

`sam local` copies layers into an image at each call, which takes half a minute with the encoder's. So the two functions
whose layers are their own have them as on AWS, and the others find what is in theirs in the package, which is mounted.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from layers.built import Built
from local.config import REPOSITORY, StackConfig, python_runtime
from local.errors import StackError

LAYERED = frozenset({"ChunkFunction", "GenerateFunction", "RetrieveFunction", "SearchFunction"})
MOUNTED = ("PackagesLayer", "SignaturesLayer")
"""What all other functions' layers are."""
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
_TEMPLATE = "template.json"
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Package:
    """What was built, and the template that `sam local` reads for it."""

    built: Path
    template: Path
    functions: dict[str, str]
    """The functions' logical ids, by the folder of their handler."""


def build(folder: Path) -> Package:
    """Build the functions and their layers for this Python and the model of one machine. Raises `StackError`."""
    built = folder / "build"
    _run(
        [
            str(_BIN / "sam"),
            "build",
            f"--config-file={REPOSITORY / 'samconfig.toml'}",
            f"--build-dir={built}",
            "--parameter-overrides",
            f"PythonRuntime={python_runtime()}",
        ],
        folder / "logs" / "sam-build.log",
    )
    template = yaml_parse((built / "template.yaml").read_text())
    chosen = for_containers(template, Built(built))
    code = _mounted_code(chosen)
    for layer in MOUNTED:
        shutil.copytree(built / layer / "python", code, dirs_exist_ok=True)
    (folder / _TEMPLATE).write_text(json.dumps(chosen))
    return read(folder)


def for_containers(template: Mapping[str, Any], built: Built) -> dict[str, Any]:
    """The template as `sam local` gets it: it names no files but what was built."""
    # A nested stack has a template of its own, and no functions.
    kept = {name: each for name, each in template["Resources"].items() if each["Type"] != "AWS::CloudFormation::Stack"}
    chosen: dict[str, Any] = copy.deepcopy({**template, "Resources": kept})
    common = chosen["Globals"]["Function"]
    # `--env-vars` sets only what the template has.
    common["Environment"]["Variables"][ENDPOINT_VARIABLE] = ""
    del common["Layers"]
    functions = _functions(chosen)
    mounted = built.folder(min(set(functions) - LAYERED))
    for name, properties in functions.items():
        properties["CodeUri"] = str(built.folder(name) if name in LAYERED else mounted)
        properties.pop("Layers", None)
        if name in LAYERED:
            properties["Layers"] = [{"Ref": layer} for layer in built.layers[name]]
        elif not {*built.layers[name]} <= {*MOUNTED}:
            raise StackError(f"{name} has layers of its own: it has to be one of LAYERED in {Path(__file__).name}")
    for name, entry in kept.items():
        if entry["Type"] == "AWS::Serverless::LayerVersion":
            chosen["Resources"][name].pop("Condition", None)
            chosen["Resources"][name]["Properties"]["ContentUri"] = str(built.folder(name))
    return chosen


def read(folder: Path) -> Package:
    """What was built into `folder` last."""
    path = folder / _TEMPLATE
    functions = _functions(json.loads(path.read_text()))
    by_folder = {properties["Handler"].partition(".")[0]: name for name, properties in functions.items()}
    return Package(folder / "build", path, by_folder)


def _mounted_code(template: Mapping[str, Any]) -> Path:
    [code] = {each["CodeUri"] for name, each in _functions(template).items() if name not in LAYERED}
    return Path(code)


def _functions(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _run(command: list[str], log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        result = subprocess.run(
            command,
            cwd=REPOSITORY,
            env={
                **os.environ,
                # The build looks for the interpreter by its name.
                "PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}",
                "PYTHON": sys.executable,
                "LAYERS_PYTHON": python_runtime().removeprefix("python"),
                "ENCODER_MODEL": StackConfig.model,
                "SAM_CLI_TELEMETRY": "0",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise StackError(f"{Path(command[0]).name} {command[1]} failed; the end of {log}:\n{tail}")
