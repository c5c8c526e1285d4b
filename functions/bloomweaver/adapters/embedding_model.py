"""The embedding model in this process, to embed queries: no instance to wake, no request to wait for.

On AWS a layer carries the encoder and the model's files; on one machine they come from the project's environment.
"""

from pathlib import Path

from bloomweaver.errors import ModelUnavailable, QueryTooLong
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import EncoderError, TextTooLong


class InProcessEncoder:
    """Implements `QueryEncoder`. Loading takes a few tenths of a second and happens once."""

    def __init__(self, model: str, model_dir: Path | None) -> None:
        """Load `model` from `model_dir`, or from where the encoder finds it. Raises `ModelUnavailable`."""
        try:
            # One text at a time gains nothing from several streams, and each takes memory.
            self._encoder = Encoder(model, model_dir=model_dir, streams=1)
        except EncoderError as error:
            raise ModelUnavailable(
                f"documents are served from an index of the model '{model}', which cannot be loaded: {error}. Put its "
                "files where MODELS_DIR says, or move its documents to another index with `bloomweaver reindex`"
            ) from error

    def encode_query(self, text: str) -> list[float]:
        """See `QueryEncoder`. Raises `QueryTooLong`."""
        try:
            return [float(value) for value in self._encoder.encode_query(text)]
        except TextTooLong as error:
            raise QueryTooLong(f"it has {error.tokens} tokens; the model reads {error.limit}") from error
