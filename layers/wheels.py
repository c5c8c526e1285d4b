"""Packages of a layer: wheels of Lambda's platform, without what no function runs."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from layers.errors import LayerError

ROOT = Path(__file__).resolve().parents[1]
ENCODER_PACKAGES = ("numpy", "openvino", "safetensors", "tokenizers")
PLATFORM = "x86_64-manylinux_2_34"
"""Amazon Linux 2023, which the runtimes from Python 3.12 on have."""
AWS_SERVICES = frozenset(
    {
        *("apigatewaymanagementapi", "autoscaling", "cloudwatch", "dynamodb", "s3", "secretsmanager", "sqs"),
        *("stepfunctions", "xray"),
    }
)
"""Those that functions call, and the X-Ray SDK when it is imported. boto3 has descriptions of four hundred, 25 MiB."""
LEFT_OUT = (
    "bin",
    "**/__pycache__",
    "**/*.pyi",
    "**/*.pxd",
    "regex/tests",
    # A channel that the client of Pinecone has beside HTTP.
    "pinecone/_grpc.*",
    # Of OpenVINO, all but the runtime and its CPU plugin.
    "openvino/cmake",
    "openvino/include",
    "openvino/tools",
    "openvino/torch",
    "openvino/frontend/*/*.so",
    "openvino/libs/cache.json",
    "openvino/libs/libopenvino_auto*",
    "openvino/libs/libopenvino_c.*",
    "openvino/libs/libopenvino_hetero*",
    "openvino/libs/libopenvino_intel_gpu*",
    "openvino/libs/libopenvino_intel_npu*",
    "openvino/libs/libopenvino_*_frontend*",
    # Of NumPy, tests and what compiles Fortran.
    "numpy/**/tests",
    "numpy/tests",
    "numpy/f2py",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/_core/_simd.*",
)
_UV = Path(sys.executable).with_name("uv")


def requirements(name: str) -> Path:
    """The file with a layer's packages."""
    return ROOT / "layers" / "requirements" / f"{name}.txt"


def encoder_pins(names: Iterable[str]) -> list[str]:
    """Packages of the encoder, with the versions that the embedding service has: its vectors are to be the same."""
    lines = (ROOT / "embedding_service" / "requirements.txt").read_text().splitlines()
    pins = {Requirement(line).name: line for line in lines if line and not line.startswith("#")}
    return [pins[name] for name in names]


def install(target: Path, python: str, packages: Sequence[str]) -> None:
    """Install `packages` (arguments of `pip install`) for that Python on Lambda into `target`, and take out what no
    function runs. Raises `LayerError`."""
    target.mkdir(parents=True, exist_ok=True)
    if not _UV.is_file():
        raise LayerError(f"{_UV} is not there: run 'make install' first")
    command = [
        *(str(_UV), "pip", "install", "--quiet", f"--target={target}", "--only-binary=:all:"),
        *(f"--python={sys.executable}", f"--python-version={python}", f"--python-platform={PLATFORM}"),
        *(f"--constraints={ROOT / 'requirements' / 'constraints.txt'}", *packages),
    ]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LayerError(f"its packages could not be installed:\n{result.stderr.strip()}")
    _trim(target)


def _trim(folder: Path) -> None:
    services = folder / "botocore" / "data"
    unused = [path for path in services.glob("*/") if path.name not in AWS_SERVICES]
    for path in [*unused, *(found for pattern in LEFT_OUT for found in list(folder.glob(pattern)))]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
