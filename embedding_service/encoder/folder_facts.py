"""What the files of a model's folder say about it: its architecture, pooling, length of vectors and texts, prompts.

The files are those that sentence-transformers writes beside a model: modules.json, a folder with a config.json for each
module that has settings, sentence_bert_config.json and config_sentence_transformers.json, in their older form and in
that of its release 6. Neither numpy nor an engine is imported here.
"""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from embedding_service.encoder.errors import ModelUnsuitable
from embedding_service.encoder.models import (
    ModelSpec,
    Pooling,
    model_file,
    model_folder,
    model_spec,
    unlisted_folder,
)

_POOLING_FLAGS: dict[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
_NO_LIMIT = 1_000_000
"""A tokenizer without a limit says so with a number above this."""


@dataclass(frozen=True)
class FolderFacts:
    """None stands for what the files do not say."""

    architecture: str | None
    """`model_type` of config.json: `bert`, `mpnet`, `t5` and so on."""
    modules: tuple[str, ...] | None
    """The kinds of the modules that a text goes through, as `Transformer`, `Pooling`, `Normalize`."""
    dimension: int | None
    max_tokens: int | None
    """The limit that the model was published with."""
    positions: int | None
    """How many tokens its architecture and its tokenizer allow."""
    pooling: Pooling | None
    normalize: bool | None
    pool_prompt: bool | None
    query_prompt: str | None
    passage_prompt: str | None
    default_prompt: str | None


def resolve(model: str | ModelSpec, model_dir: str | os.PathLike[str] | None = None) -> tuple[ModelSpec, Path]:
    """All that is known of a model, and its folder. `model` is a name of the registry, the path of a folder (which goes
    before `model_dir`), any other name for the files in `model_dir`, or what is known already.

    Raises `UnknownModel`, `ModelMissing`, or `ModelUnsuitable` if the folder's files contradict what is known, or lack
    what nobody else knows.
    """
    if isinstance(model, str) and (unlisted := unlisted_folder(model, model_dir)):
        return _spec_of(model, unlisted, read_facts(unlisted)), unlisted
    spec = model_spec(model) if isinstance(model, str) else model
    folder = model_folder(spec, model_dir)
    return complete(spec, read_facts(folder), folder), folder


def check_name(model: str, model_dir: str | os.PathLike[str] | None = None) -> str:
    """The name, if `resolve` takes it for one. Raises `UnknownModel`."""
    if unlisted_folder(model, model_dir) is None:
        model_spec(model)
    return model


def read_facts(folder: Path) -> FolderFacts:
    """Reads the folder's files. Raises `ModelMissing` without a config.json, `ModelUnsuitable` for a broken file."""
    config = read_json(model_file(folder, "config.json"))
    listed = folder / "modules.json"
    modules: list[dict[str, Any]] | None = read_json(listed, list) if listed.is_file() else None
    kinds = tuple(str(module["type"]).rpartition(".")[2] for module in modules) if modules is not None else None
    pooling = _optional(folder / _path_of(modules, "Pooling", "1_Pooling") / "config.json")
    sentence = _optional(folder / "sentence_bert_config.json")
    usage = _optional(folder / "config_sentence_transformers.json")
    prompts = usage.get("prompts") or {}
    return FolderFacts(
        architecture=config.get("model_type"),
        modules=kinds,
        dimension=_dimension(folder, config, pooling, modules),
        max_tokens=sentence.get("max_seq_length"),
        positions=_positions(config, _optional(folder / "tokenizer_config.json")),
        pooling=_pooling(folder, pooling),
        normalize=None if kinds is None else "Normalize" in kinds,
        pool_prompt=pooling.get("include_prompt"),
        query_prompt=prompts.get("query") or None,
        passage_prompt=prompts.get("passage") or prompts.get("document") or None,
        default_prompt=prompts.get(usage.get("default_prompt_name")) or None,
    )


def complete(spec: ModelSpec, facts: FolderFacts, folder: Path) -> ModelSpec:
    """What is known of a model, with the folder's prompts where none is known.

    Raises `ModelUnsuitable` where the two contradict each other.
    """
    for name in ("dimension", "max_tokens", "pooling", "normalize", "query_prompt", "passage_prompt", "default_prompt"):
        known, found = getattr(spec, name), getattr(facts, name)
        if found is None or known == "":
            continue
        if known != found:
            raise ModelUnsuitable(
                f"the files in {folder} say that {name} is {found!r}, but that of the model {spec.name} is {known!r}: "
                "they are of another model, which you can name by the path of its folder"
            )
    return replace(
        spec,
        query_prompt=spec.query_prompt or facts.query_prompt or "",
        passage_prompt=spec.passage_prompt or facts.passage_prompt or "",
        default_prompt=spec.default_prompt or facts.default_prompt or "",
    )


def _spec_of(model: str, folder: Path, facts: FolderFacts) -> ModelSpec:
    max_tokens = facts.max_tokens or facts.positions
    if facts.pooling is None or facts.normalize is None:
        raise ModelUnsuitable(
            f"the folder {folder} does not say how the model pools: it needs modules.json and 1_Pooling/config.json, "
            "as sentence-transformers writes them"
        )
    if facts.dimension is None or max_tokens is None:
        raise ModelUnsuitable(f"the folder {folder} does not say how long its vectors and its texts are")
    return ModelSpec(
        name=Path(model).resolve().name,
        model_id=model,
        dimension=facts.dimension,
        max_tokens=max_tokens,
        pooling=facts.pooling,
        normalize=facts.normalize,
        query_prompt=facts.query_prompt or "",
        passage_prompt=facts.passage_prompt or "",
        default_prompt=facts.default_prompt or "",
        pool_prompt=facts.pool_prompt is not False,
    )


def _pooling(folder: Path, config: dict[str, Any]) -> Pooling | None:
    if not config:
        return None
    named = config.get("pooling_mode")
    modes = [mode for flag, mode in _POOLING_FLAGS.items() if config.get(flag)] if named is None else named
    if isinstance(modes, str):
        modes = [modes]
    for mode in modes:
        if mode not in get_args(Pooling):
            raise ModelUnsuitable(f"the folder {folder} has the pooling {mode!r}, which is not known here")
    if not modes:
        raise ModelUnsuitable(f"the folder {folder} has a pooling without a mode")
    found: Pooling = modes[0] if len(modes) == 1 else "several"
    return found


def _dimension(
    folder: Path, config: dict[str, Any], pooling: dict[str, Any], modules: list[dict[str, Any]] | None
) -> int | None:
    """The length of a vector: of the last module that changes it."""
    if _path_of(modules, "Dense", ""):
        dense = _optional(folder / _path_of(modules, "Dense", "") / "config.json")
        return dense.get("out_features")
    width = config.get("hidden_size") or config.get("d_model")
    modes = pooling.get("pooling_mode")
    parts = len(modes) if isinstance(modes, list) else sum(bool(pooling.get(flag)) for flag in _POOLING_FLAGS)
    return width * max(1, parts) if isinstance(width, int) else None


def _positions(config: dict[str, Any], tokenizer: dict[str, Any]) -> int | None:
    limits = (config.get("max_position_embeddings") or config.get("n_positions"), tokenizer.get("model_max_length"))
    given = [int(limit) for limit in limits if limit is not None and 0 < limit < _NO_LIMIT]
    return min(given, default=None)


def _path_of(modules: list[dict[str, Any]] | None, kind: str, default: str) -> str:
    """The folder of the last module of that kind."""
    paths = [str(module["path"]) for module in modules or [] if str(module["type"]).endswith(f".{kind}")]
    return paths[-1] if paths else default


def _optional(path: Path) -> dict[str, Any]:
    return read_json(path) if path.is_file() else {}


def read_json(path: Path, kind: type = dict) -> Any:
    """What a file of a model holds. Raises `ModelUnsuitable` if it is no JSON, or none of that kind."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelUnsuitable(f"{path} is not valid JSON: {error}") from error
    if not isinstance(content, kind):
        raise ModelUnsuitable(f"{path} must hold a JSON {'object' if kind is dict else 'array'}")
    return content
