"""The embedding model in this process, to embed queries: no instance to wake, no request to wait for.

On AWS a layer carries the encoder and the model's files; on one machine they come from the project's environment.
"""

from bloomweaver.errors import QueryTooLong
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import TextTooLong


class InProcessEncoder:
    """Implements `QueryEncoder`. Loading takes a few tenths of a second and happens once."""

    def __init__(self, model: str, model_dir: str | None) -> None:
        """Load `model` from `model_dir`, or from the model's package. Raises the encoder's errors."""
        # One text at a time gains nothing from several streams, and each takes memory.
        self._encoder = Encoder(model, model_dir=model_dir, streams=1)

    def encode_query(self, text: str) -> list[float]:
        """See `QueryEncoder`. Raises `QueryTooLong`."""
        try:
            return [float(value) for value in self._encoder.encode_query(text)]
        except TextTooLong as error:
            raise QueryTooLong(f"it has {error.tokens} tokens; the model reads {error.limit}") from error
