"""The encoder and its model in a layer: the weights have half their bits, and are expanded as they are loaded.

A weight in f16 has 11 bits of precision, more than the bf16 that the fleet computes in has.
"""

import shutil
from pathlib import Path

import numpy as np
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from safetensors.numpy import load_file, save_file

from embedding_service.encoder.engines import choose_engine
from embedding_service.encoder.errors import ModelMissing
from embedding_service.encoder.models import (
    MODEL_FILES,
    MODEL_FILES_OPTIONAL,
    MODELS,
    ModelSpec,
    model_file,
    model_folder,
)
from layers.errors import LayerError
from layers.wheels import ROOT

WEIGHTS = "model.safetensors"
FILES = tuple(name for name in MODEL_FILES if name != WEIGHTS)
REVISIONS = {
    "bge-small": "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
    "large": "d4aa6901d3a41ba39fb536a557fa166f842b0e09",
}
"""What is fetched of a model that no package carries: the same as in embedding_service/Dockerfile."""


def copy_encoder(target: Path) -> None:
    """Put the encoder's code into `target`, as the package that functions import it from."""
    source = ROOT / "embedding_service"
    destination = target / source.name
    shutil.copytree(source / "encoder", destination / "encoder", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(source / "__init__.py", destination)


def copy_model(name: str, source: Path | None, models: Path, *, weights: bool) -> None:
    """Put the model's files into a folder of its name in `models`, with or without weights. `source` is where they are;
    without it they come from the model's package, or from the hub.

    Raises `LayerError`, `ModelMissing` or `ModelUnsuitable`.
    """
    if "/" in name:
        raise LayerError(f"{name} is no name: name the folder by ENCODER_MODEL_FOLDER")
    folder = source or _folder_of(name)
    if choose_engine(folder) != "openvino":
        raise LayerError(f"the model {name} does not run on OpenVINO, and torch is too large for a function")
    target = models / name
    for file in (*(model_file(folder, file) for file in FILES), *(folder / file for file in MODEL_FILES_OPTIONAL)):
        if file.is_file():
            copy = target / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    if weights:
        _halve(model_file(folder, WEIGHTS), target / WEIGHTS)


def _folder_of(name: str) -> Path:
    spec = MODELS.get(name)
    if spec is None:
        raise LayerError(
            f"there is no model {name}; there are {', '.join(sorted(MODELS))}, and any other by ENCODER_MODEL_FOLDER"
        )
    if spec.package:
        return model_folder(spec)
    if name not in REVISIONS:
        raise ModelMissing(f"the model {name} is not fetched here: name a folder with its files, ENCODER_MODEL_FOLDER")
    return _fetched(spec)


def _fetched(spec: ModelSpec) -> Path:
    try:
        wanted = [*FILES, *MODEL_FILES_OPTIONAL, WEIGHTS]
        return Path(snapshot_download(spec.model_id, revision=REVISIONS[spec.name], allow_patterns=wanted))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ModelMissing(
            f"the model {spec.name} ({spec.model_id}) cannot be fetched: {error}; "
            "ENCODER_MODEL_FOLDER names a folder with its files"
        ) from error


def _halve(source: Path, target: Path) -> None:
    halved = {}
    for name, tensor in load_file(source).items():
        if np.issubdtype(tensor.dtype, np.floating):
            with np.errstate(over="ignore"):
                tensor = tensor.astype(np.float16)
            if not np.isfinite(tensor).all():
                raise LayerError(f"{name} in {source} has values that 16 bits do not hold")
        halved[name] = tensor
    save_file(halved, target)
