"""Loads the model that the settings name. Knows no HTTP, so that it can begin before any of that is imported."""

from embedding_service.encoder.encoder import Encoder
from embedding_service.settings import Settings


def load_warm_encoder(settings: Settings) -> Encoder:
    """The model, loaded and warmed up: its first request waits for nothing. Raises the encoder's errors."""
    encoder = Encoder(
        settings.model,
        model_dir=settings.model_dir,
        engine=settings.engine,
        precision=settings.precision,
        threads=settings.threads,
        batch_tokens=settings.batch_tokens,
    )
    try:
        encoder.warm_up()
    except BaseException:
        encoder.close()
        raise
    return encoder
