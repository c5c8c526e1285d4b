"""The model and its queue as one thing: loads in the background, then turns requests into vectors. Knows no HTTP."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from embedding_service.batching import Batcher
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.engine import Matrix
from embedding_service.encoder.errors import TextTooLong
from embedding_service.encoder.models import PromptName
from embedding_service.errors import EmptyInput, NotReady, Overloaded, TooLarge
from embedding_service.settings import Settings

logger = logging.getLogger(__name__)


class EmbeddingService:
    """Not ready until `load` is done."""

    def __init__(self, settings: Settings, load_encoder: Callable[[], Encoder]) -> None:
        self._settings = settings
        self._load_encoder = load_encoder
        self._loaded: tuple[Encoder, Batcher] | None = None
        self._requests = 0

    @property
    def encoder(self) -> Encoder:
        """The loaded model. Raises `NotReady`."""
        return self._ready()[0]

    async def load(self) -> None:
        """Loads the model and warms it up. Raises the encoder's errors."""
        started = time.perf_counter()
        encoder = await asyncio.to_thread(self._load_encoder)
        try:
            await asyncio.to_thread(encoder.warm_up)
        except BaseException:
            encoder.close()
            raise
        settings = self._settings
        batcher = Batcher(encoder.engine, encoder.spec.dimension, settings.batch_tokens, settings.max_queued_tokens)
        self._loaded = encoder, batcher
        fields = {
            "model": encoder.spec.name,
            "precision": encoder.engine.precision,
            "streams": encoder.engine.streams,
            "load_seconds": round(time.perf_counter() - started, 3),
        }
        logger.info("ready", extra={"fields": fields})

    async def close(self) -> None:
        """Ends the threads, after what they have accepted."""
        if self._loaded:
            encoder, batcher = self._loaded
            await asyncio.to_thread(batcher.close)
            encoder.close()

    async def embed(
        self, texts: Sequence[str], *, truncate: bool, normalize: bool, prompt: PromptName | None
    ) -> Matrix:
        """The vectors of the texts, (texts, dimension), in their order.

        Cancelling the call gives up its place in the queue. Raises a `RequestError`.
        """
        encoder, batcher = self._ready()
        if not texts or not all(texts):
            raise EmptyInput("`inputs` cannot be empty")
        if len(texts) > self._settings.max_texts:
            raise TooLarge(f"batch size {len(texts)} > maximum allowed batch size {self._settings.max_texts}")
        # Before the texts are tokenised: that takes a share of the same cores.
        if batcher.full() or self._requests >= self._settings.max_requests:
            raise Overloaded("the model is overloaded: its queue is full")
        self._requests += 1
        try:
            token_ids = await asyncio.to_thread(encoder.tokenize, texts, truncate=truncate, prompt=prompt)
            return await batcher.embed(token_ids, normalize=normalize)
        except TextTooLong as error:
            raise TooLarge(f"{error}; set `truncate` to cut it") from error
        finally:
            self._requests -= 1

    def _ready(self) -> tuple[Encoder, Batcher]:
        if self._loaded is None:
            raise NotReady("the model is not loaded yet")
        return self._loaded
