"""The embedding model in this process, to embed queries: no instance to wake, no request to wait for.

On AWS a layer carries the encoder and the files of the deployment's model. It has no room for those of a second one,
which search needs while documents move between two: they come from a bucket. On one machine the project's environment
has them.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bloomweaver.errors import ModelUnavailable
from bloomweaver.ports import EncodedQuery, Objects
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import EncoderError, ModelMissing, UnknownModel
from embedding_service.encoder.models import MODEL_FILES, MODEL_FILES_OPTIONAL


class InProcessEncoder:
    """Implements `QueryEncoder`. Loading takes a few tenths of a second and happens once."""

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


def _load(model: str, model_dir: Path | None, stored: Callable[[], Objects]) -> Encoder:
    try:
        return _encoder(model, model_dir)
    except (ModelMissing, UnknownModel):
        # What is loaded is in memory: the files are of no use after that.
        with TemporaryDirectory() as folder:
            if not _copy(stored(), model, Path(folder)):
                raise
            return _encoder(model, Path(folder))


def _encoder(model: str, folder: Path | None) -> Encoder:
    # One text at a time gains nothing from several streams, and each takes memory.
    return Encoder(model, model_dir=folder, streams=1)


def _copy(stored: Objects, model: str, folder: Path) -> bool:
    """Put the files of `model` that are stored into `folder`. Whether there are any."""
    names = {f"{model}/{name}": name for name in (*MODEL_FILES, *MODEL_FILES_OPTIONAL)}
    found = stored.get_many(list(names))
    for key, data in found.items():
        path = folder / names[key]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return bool(found)
