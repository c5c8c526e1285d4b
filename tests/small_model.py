"""A model that differs from MiniLM in everything: dimension, length of a text, tokenizer. Its weights are random. And a
way to put its files where a deployment does.
"""

import json
import string
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from tests.embedding_service.numpy_bert import write_random_bert

DIMENSION = 32
MAX_TOKENS = 64


def write_small_model(folder: Path) -> Path:
    """Write the model to a new folder, as sentence-transformers does. A token is a character."""
    folder.mkdir()
    write_random_bert(folder, hidden=DIMENSION)
    _write_tokenizer(folder)
    kinds = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for kind, path in kinds.items()]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": MAX_TOKENS}))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    return folder


def write_small_cross_encoder(folder: Path, *, labels: int = 1, activation: str | None = None) -> Path:
    """Write a cross-encoder of the same size to a new folder. `activation` is what its config names over the head."""
    folder.mkdir(parents=True)
    write_random_bert(folder, hidden=DIMENSION, prefix="bert.", labels=labels)
    if activation is not None:
        path = folder / "config.json"
        named = {"sentence_transformers": {"activation_fn": activation}}
        path.write_text(json.dumps(json.loads(path.read_text()) | named))
    _write_tokenizer(folder)
    return folder


def _write_tokenizer(folder: Path) -> None:
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    characters = string.ascii_lowercase + string.digits
    words = [*specials, *characters, *(f"##{character}" for character in characters), *".,:"]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()  # type: ignore[assignment]
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # type: ignore[assignment]
    tokenizer.post_processor = processors.BertProcessing(  # type: ignore[assignment]
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    tokenizer.save(str(folder / "tokenizer.json"))


def store_model(client: Any, bucket: str, folder: Path, *, without: str = "") -> None:
    """Copy a model's folder into a bucket, below its name, as `aws s3 sync` does; all but the file `without`."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != without:
            client.upload_file(str(path), bucket, path.relative_to(folder.parent).as_posix())
