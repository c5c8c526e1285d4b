"""The Python environments: this project's, and those of the others, whose packages contradict each other."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import RunError

REPOSITORY = Path(__file__).resolve().parents[2]
_LEFT_OUT_PREFIXES = ("EMBEDDING_", "INFINITY_")

_VERSIONS = """
import importlib.metadata, json, sys
print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))
"""


@dataclass(frozen=True)
class Environment:
    """A Python with packages; `packages` are those whose versions belong to the results."""

    python: Path
    packages: tuple[str, ...]
    make_target: str

    def program(self, name: str) -> str:
        """A command that a package of this environment installs."""
        return str(self.python.with_name(name))

    def versions(self) -> dict[str, str]:
        """The versions of `packages`. Raises `RunError` if one is not installed."""
        try:
            printed = subprocess.run(
                [self.python, "-c", _VERSIONS, *self.packages], check=True, capture_output=True, text=True
            ).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise RunError(f"the environment of {', '.join(self.packages)} is not whole: {self.make_target}") from error
        versions: dict[str, str] = json.loads(printed)
        return versions


OWN = Environment(Path(sys.executable), ("openvino", "tokenizers", "fastapi", "uvicorn", "numpy"), "run 'make install'")
PEERS = Environment(
    REPOSITORY / ".venv-peers" / "bin" / "python",
    (
        "sentence-transformers",
        "torch",
        "transformers",
        "optimum-intel",
        "openvino",
        "fastembed",
        "onnxruntime",
    ),
    "run 'make bench-embedding', which installs it",
)
INFINITY = Environment(
    REPOSITORY / ".venv-peers-infinity" / "bin" / "python",
    ("infinity-emb", "torch", "sentence-transformers", "transformers"),
    "run 'make bench-embedding', which installs it",
)


def process_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a measured process: no settings of ours or theirs by accident, and no model hub."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT_PREFIXES)}
    return kept | {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "TOKENIZERS_PARALLELISM": "true"} | dict(extra or {})
