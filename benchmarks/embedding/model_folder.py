"""The folder that every other library loads: the same weights and tokenizer, as sentence-transformers lays them out."""

import json
import shutil
import subprocess
from pathlib import Path

from benchmarks.embedding.environments import PEERS, REPOSITORY, process_environment
from benchmarks.embedding.jobs import tail
from benchmarks.errors import RunError
from embedding_service.encoder.errors import ModelMissing
from embedding_service.encoder.models import model_file, model_folder, model_spec

MODEL = "minilm"
_FILES = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
)
_MODULES = ("Transformer", "Pooling", "Normalize")


def prepare_model_folder(target: Path) -> None:
    """Writes the folder, and has the peers' environment export the graphs into it. Raises `RunError`."""
    try:
        write_model_folder(target)
    except ModelMissing as error:
        raise RunError(str(error)) from error
    log = target.with_name("exports.log")
    with log.open("wb") as messages:
        done = subprocess.run(
            [PEERS.python, "-m", "benchmarks.embedding.exports", target],
            cwd=REPOSITORY,
            env=process_environment(),
            stdout=messages,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise RunError(f"the model could not be exported:\n{tail(log)}")


def write_model_folder(target: Path) -> None:
    """Copies the model's files to `target` and writes beside them what says how to pool. Raises `ModelMissing`."""
    spec = model_spec(MODEL)
    source = model_folder(spec)
    target.mkdir(parents=True)
    for name in _FILES:
        shutil.copyfile(model_file(source, name), target / name)

    # fastembed cuts at `model_max_length`; it is to read as much of a text as everybody else.
    tokenizer_config = json.loads((target / "tokenizer_config.json").read_text())
    _write(target / "tokenizer_config.json", tokenizer_config | {"model_max_length": spec.max_tokens})

    _write(target / "sentence_bert_config.json", {"max_seq_length": spec.max_tokens, "do_lower_case": False})
    folders = [name if position == 0 else f"{position}_{name}" for position, name in enumerate(_MODULES)]
    modules = [
        {
            "idx": position,
            "name": str(position),
            "path": "" if position == 0 else folders[position],
            "type": f"sentence_transformers.models.{name}",
        }
        for position, name in enumerate(_MODULES)
    ]
    _write(target / "modules.json", modules)
    for folder in folders[1:]:
        (target / folder).mkdir()
    pooling = {"word_embedding_dimension": spec.dimension, "pooling_mode_mean_tokens": spec.pooling == "mean"}
    _write(target / "1_Pooling" / "config.json", pooling)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")
