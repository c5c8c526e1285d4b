"""The embedding model in this process, to embed queries: no instance to wake, no request to wait for.

On AWS a layer carries the encoder and the files of the deployment's model; those of a second one come from a bucket. On
one machine the project's environment has them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from bloomweaver.adapters.model_files import from_bucket
from bloomweaver.errors import ModelUnavailable
from bloomweaver.ports import EncodedQuery, Objects
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import EncoderError, ModelMissing, UnknownModel


class InProcessEncoder:
    """Implements `QueryEncoder` and `TextEncoder`. Loading takes a few tenths of a second and happens once."""

    def __init__(self, model: str, model_dir: Path | None, stored: Callable[[], Objects]) -> None:
        """Load `model` from `model_dir`, or from where the encoder finds it, or, if it is in neither, from the bucket
        that `stored` gives, where its files lie under `{model}/`.

        Raises `ModelUnavailable`, and what the bucket raises.
        """
        try:
            self._encoder = _load(model, model_dir, stored)
        except EncoderError as error:
            raise ModelUnavailable(
                f"documents are served from an index of the model '{model}', which cannot be loaded: {error}. Put its "
                f"files into the stack's bucket of models, under '{model}/', or where MODELS_DIR says"
            ) from error

    def encode_query(self, text: str) -> EncodedQuery:
        """See `QueryEncoder`."""
        vector, windows = self._encoder.encode_query(text)
        return EncodedQuery([float(value) for value in vector], windows)

    def encode_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """See `TextEncoder`."""
        return [[float(value) for value in vector] for vector in self._encoder.encode(texts, truncate=True)]


def _load(model: str, model_dir: Path | None, stored: Callable[[], Objects]) -> Encoder:
    try:
        return _encoder(model, model_dir)
    except (ModelMissing, UnknownModel):
        with from_bucket(stored(), model) as folder:
            if folder is None:
                raise
            return _encoder(model, folder)


def _encoder(model: str, folder: Path | None) -> Encoder:
    # One text at a time gains nothing from several streams, and each takes memory.
    return Encoder(model, model_dir=folder, streams=1)
