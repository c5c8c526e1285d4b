"""The embedding model in this process: its tokenizer, to measure chunks, and the whole of it, to embed queries.

On AWS a layer carries the encoder and the model's files; on one machine they come from the project's environment.
"""

from pathlib import Path

from tokenizers import Tokenizer

from bloomweaver.errors import QueryTooLong
from embedding_service.encoder.errors import TextTooLong
from embedding_service.encoder.models import model_folder, model_spec


def load_tokenizer(model: str, model_dir: str | None) -> Tokenizer:
    """The tokenizer of `model`, from `model_dir` or else from the model's package. Raises `ModelMissing`."""
    return Tokenizer.from_file(str(Path(model_folder(model_spec(model), model_dir)) / "tokenizer.json"))


class InProcessEncoder:
    """Implements `QueryEncoder`. Loading takes a few tenths of a second and happens once."""

    def __init__(self, model: str, model_dir: str | None) -> None:
        from embedding_service.encoder.encoder import Encoder

        # One text at a time gains nothing from several streams, and each takes memory.
        self._encoder = Encoder(model, model_dir=model_dir, streams=1)

    def encode_query(self, text: str) -> list[float]:
        """See `QueryEncoder`."""
        try:
            return [float(value) for value in self._encoder.encode_query(text)]
        except TextTooLong as error:
            raise QueryTooLong(f"it has {error.tokens} tokens; the model reads {error.limit}") from error
