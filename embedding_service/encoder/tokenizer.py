"""The model's own tokenizer. Counting tokens needs nothing else: neither OpenVINO nor numpy is imported here."""

import os
from collections.abc import Sequence
from pathlib import Path

import tokenizers

from embedding_service.encoder.models import model_file, model_folder, model_spec, unlisted_folder


def load_tokenizer(model: str, model_dir: str | os.PathLike[str] | None = None) -> tokenizers.Tokenizer:
    """The tokenizer of a model, as the `tokenizers` library has it, for a splitter that takes one. `model` and
    `model_dir` are as in `Encoder`.

    Raises `UnknownModel` or `ModelMissing`.
    """
    return _load(unlisted_folder(model, model_dir) or model_folder(model_spec(model), model_dir))


def _load(folder: Path) -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer.from_file(str(model_file(folder, "tokenizer.json")))
    # The file may set both (MiniLM's cuts and pads to 128): a cut would go unseen, and padding costs time.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class Tokenizer:
    """Turns texts into the token ids that the model reads."""

    def __init__(self, folder: Path) -> None:
        """Loads `tokenizer.json` from a model's folder. Raises `ModelMissing`."""
        self._tokenizer = _load(folder)
        probe = self._tokenizer.encode("a")
        own = [place for place, special in enumerate(probe.special_tokens_mask) if not special]
        self.special_tokens: tuple[list[int], list[int]] = probe.ids[: own[0]], probe.ids[own[-1] + 1 :]
        """What the model has before and after every text."""
        self.vocabulary_size: int = self._tokenizer.get_vocab_size()
        """Token ids are from 0 to one less than this."""

    def count(self, text: str) -> int:
        """How many tokens the text has, with the special tokens that the model adds at its ends.

        Raises `TypeError` for a text that is no valid Unicode (a lone surrogate).
        """
        return len(self._tokenizer.encode(text))

    def prefix_length(self, prefix: str) -> int:
        """How many of a text's first token ids stand for this prefix, a special token at the start included.

        As sentence-transformers counts them: the prefix alone, without a special token at its end.
        """
        encoding = self._tokenizer.encode(prefix)
        return len(encoding) - (encoding.special_tokens_mask[-1] if encoding.special_tokens_mask else 0)

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, with special tokens, uncut and unpadded.

        Raises `TypeError` for a text that is no valid Unicode (a lone surrogate).
        """
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
