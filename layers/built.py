"""What `sam build` made: functions and layers put together as Lambda does it, and run without anything else."""

import json
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from layers.sizes import folder_bytes

PROCESS_SECONDS = 300


class Built:
    """A build folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._template: dict[str, Any] = yaml_parse((folder / "template.yaml").read_text())
        self._sizes: dict[str, int] = {}

    @cached_property
    def layers(self) -> dict[str, list[str]]:
        """The layers of each function, in order, both by their logical ids."""
        of_all = _references(self._template["Globals"]["Function"]["Layers"])
        return {
            name: [*of_all, *_references(entry["Properties"].get("Layers", []))]
            for name, entry in self._template["Resources"].items()
            if entry["Type"] == "AWS::Serverless::Function"
        }

    def folder(self, name: str) -> Path:
        """Where a function or a layer lies."""
        return self._folder / name

    def size(self, name: str) -> int:
        """The bytes of a function's package, or of a layer."""
        if name not in self._sizes:
            self._sizes[name] = folder_bytes(self.folder(name))
        return self._sizes[name]

    def whole_size(self, function: str) -> int:
        """The bytes of a function's package and of all its layers."""
        return self.size(function) + sum(map(self.size, self.layers[function]))

    def handlers(self) -> dict[tuple[str, ...], list[str]]:
        """The modules of the functions' handlers, by the layers that they have."""
        found: dict[tuple[str, ...], list[str]] = {}
        for name, layers in self.layers.items():
            handler = self._template["Resources"][name]["Properties"]["Handler"]
            found.setdefault(tuple(layers), []).append(handler.rpartition(".")[0])
        return found

    def run(
        self,
        layers: Iterable[str],
        program: str,
        argument: Any = None,
        model: str = "",
        variables: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON that `program` prints in a process that has the functions' code, these layers and the standard
        library, in Lambda's order. `argument` is its variable of that name, `model` its setting, `variables` go into
        its environment besides. Raises `CalledProcessError`."""
        code, *parts = [self.folder(next(iter(self.layers))), *map(self.folder, layers)]
        python = [str(code), *(str(part / "python") for part in parts)]
        python += [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
        python += [sysconfig.get_config_var("DESTSHARED")]
        models = [part / "models" for part in parts if (part / "models").is_dir()]
        lines = [f"import sys; sys.path[:] = {python!r}", f"argument = {argument!r}", program]
        environment = {
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "POWERTOOLS_SERVICE_NAME": "layers",
            "POWERTOOLS_METRICS_NAMESPACE": "layers",
            "POWERTOOLS_TRACE_DISABLED": "true",
            "MODELS_DIR": str(models[0]) if models else "",
            "EMBEDDING_MODEL": model,
            **(variables or {}),
        }
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", "\n".join(lines)],
            env=environment,
            cwd="/",
            stdout=subprocess.PIPE,
            text=True,
            timeout=PROCESS_SECONDS,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])


def _references(layers: list[Any]) -> list[str]:
    """The layers in a list of `!If [HasLayers, !Ref layer, !Ref AWS::NoValue]`."""
    return [str(entry["Fn::If"][1]["Ref"]) for entry in layers]
